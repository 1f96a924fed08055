import { createHash } from 'node:crypto'
import type { Reply } from '../endpoint/reply.ts'

/**
 * Answers with what stays the same as long as the service runs, and with its strong entity tag. Whoever keeps it asks
 * whether it still is (`no-cache`), for names stay while versions go.
 */
export const standing = (type: string, body: string | Buffer): Reply => ({
  status: 200,
  type,
  headers: {
    'Cache-Control': 'no-cache',
    ETag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
  },
  body,
})

/** The same for what a browser shows or runs. */
export const standingPage = (type: string, body: string | Buffer): Reply => ({ ...standing(type, body), isPage: true })
