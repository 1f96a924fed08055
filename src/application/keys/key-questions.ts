import * as E from 'fp-ts/lib/Either.js'
import type { ApiKey, KeyDigest } from '../../domain/keys/api-key.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { Keys } from '../ports/keys.ts'

/** The store was asked, and what it said was learnt. */
export type Asked = E.Either<Unavailable, undefined>

type Learn = (digest: KeyDigest, found: ApiKey | undefined, askedAt: number) => void

const DONE: Asked = E.right(undefined)

const unavailable = (cause: unknown) => E.left<Unavailable>({ kind: 'Unavailable', cause })

/**
 * Asks the store for keys: those that come while a question is under way go together in the next one. So no answer is older
 * than who waits for it, and the store is asked as often as it answers, whatever is guessed.
 */
export const keyQuestions = (keys: Keys, limit: number, now: () => number, learn: Learn) => {
  let next = new Set<KeyDigest>()
  let upcoming: Promise<Asked> | undefined
  let underWay: Promise<unknown> = Promise.resolve()

  /** A defect of the store is answered like its silence: whoever waits for a question waits for those before it. */
  const find = async (digests: readonly KeyDigest[]): ReturnType<ReturnType<Keys['find']>> => {
    try {
      return await keys.find(digests)()
    } catch (defect) {
      return unavailable(defect)
    }
  }

  const askAll = async (digests: readonly KeyDigest[]): Promise<Asked> => {
    const askedAt = now()
    const found = await find(digests)
    if (E.isLeft(found)) return found
    for (const digest of digests) learn(digest, found.right.get(digest), askedAt)
    return DONE
  }

  const askNext = (): Promise<Asked> => {
    const digests = [...next]
    next = new Set()
    upcoming = undefined
    return askAll(digests)
  }

  return {
    askAll,
    /** Refused when too many wait already. */
    ask: (digest: KeyDigest): Promise<Asked> => {
      if (next.size >= limit && !next.has(digest)) return Promise.resolve(unavailable(new Error('too many keys wait')))
      next.add(digest)
      if (!upcoming) underWay = upcoming = underWay.then(askNext)
      return upcoming
    },
  }
}
