import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Inboxes } from '../../application/ports/inboxes.ts'

const unavailable = () => TE.left({ kind: 'Unavailable' as const, cause: new Error('not there yet') })

export const postgresInboxes = (): Inboxes => ({
  page: unavailable,
  unread: unavailable,
  since: unavailable,
  entries: unavailable,
  heads: unavailable,
  membersAmong: unavailable,
  markersOf: unavailable,
})
