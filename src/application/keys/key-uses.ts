import * as E from 'fp-ts/lib/Either.js'
import type { KeyId } from '../../domain/identity.ts'
import { type ReportFailure } from '../ports/background.ts'
import type { Clock } from '../ports/clock.ts'
import type { Keys } from '../ports/keys.ts'

const MINUTE_MS = 60_000

/** When keys were used, to the minute: each key is noted once in a minute, and all of them are written together. */
export const keyUses = (keys: Keys, clock: Clock, onFailure: ReportFailure) => {
  let minute = 0
  /** Those of this minute. */
  const noted = new Set<KeyId>()
  const unwritten = new Map<KeyId, Date>()

  return {
    note: (id: KeyId): void => {
      const current = Math.floor(clock.now().getTime() / MINUTE_MS)
      if (current !== minute) noted.clear()
      minute = current
      if (noted.has(id)) return
      noted.add(id)
      unwritten.set(id, new Date(current * MINUTE_MS))
    },

    /** What could not be written waits for the next time. Never rejects. */
    write: async (): Promise<void> => {
      if (unwritten.size === 0) return
      const uses = new Map(unwritten)
      unwritten.clear()
      const written = await keys
        .touch(uses)()
        .catch((cause: unknown) => E.left({ cause }))
      if (E.isRight(written)) return
      for (const [id, at] of uses) if (!unwritten.has(id)) unwritten.set(id, at)
      onFailure('keys', written.left.cause)
    },
  }
}
