import type { ServerResponse } from 'node:http'
import { holdsOf } from '../endpoint/request-context.ts'
import type { Beats } from './beats.ts'

/** Milliseconds between looks at the credentials: a stream ends within a second of its own, on a busy server too. */
const LOOK_MS = 500

/**
 * Ends streams whose credential is good no more, by one timer for all of them, which runs while there are any. What was
 * opened without a credential is never looked at.
 */
export const endingCredentials = (beats: Beats, end: (res: ServerResponse) => void) => {
  const watched = new Map<ServerResponse, () => boolean>()
  let stopLooking: (() => void) | undefined

  const look = () => {
    for (const [res, holds] of watched) if (!holds()) end(res)
  }

  return {
    watch: (res: ServerResponse): void => {
      const holds = holdsOf(res)
      if (!holds) return
      watched.set(res, holds)
      stopLooking ??= beats(look, LOOK_MS)
    },
    /** Once the stream is closed. */
    forget: (res: ServerResponse): void => {
      if (!watched.delete(res) || watched.size > 0) return
      stopLooking?.()
      stopLooking = undefined
    },
  }
}
