import * as E from 'fp-ts/lib/Either.js'
import type { Caller, UserId } from '../../../domain/caller.ts'
import type { Failure } from '../endpoint/failure.ts'
import { MAX_STREAMS_OF_A_USER } from '../endpoint/limits.ts'

export type NoRoom = Failure & { kind: 'TooManyStreams' | 'RateLimited' }

/** Room for streams, of which a server has so much, and each user of it so much. */
export interface StreamRoom {
  /** Takes room for a stream of the caller. What comes back is called once, and gives the room back. */
  readonly take: (caller: Caller) => E.Either<NoRoom, () => void>
}

export const streamRoom = (streams: number): StreamRoom => {
  let taken = 0
  const ofUsers = new Map<UserId, number>()

  const count = (id: UserId, change: 1 | -1) => {
    const now = (ofUsers.get(id) ?? 0) + change
    if (now === 0) ofUsers.delete(id)
    else ofUsers.set(id, now)
  }

  return {
    take: (caller) => {
      if (taken >= streams) return E.left({ kind: 'TooManyStreams', limit: streams })
      const id = caller.kind === 'user' ? caller.id : undefined
      if (id !== undefined && (ofUsers.get(id) ?? 0) >= MAX_STREAMS_OF_A_USER)
        return E.left({ kind: 'RateLimited', of: 'streams', quota: MAX_STREAMS_OF_A_USER })
      taken += 1
      if (id !== undefined) count(id, 1)
      return E.right(() => {
        taken -= 1
        if (id !== undefined) count(id, -1)
      })
    },
  }
}
