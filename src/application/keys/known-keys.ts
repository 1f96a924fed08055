import * as E from 'fp-ts/lib/Either.js'
import { type ApiKey, isForFiguresAlone, type KeyDigest } from '../../domain/keys/api-key.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { Keys } from '../ports/keys.ts'
import { keyQuestions } from './key-questions.ts'

export interface Bounds {
  /** Milliseconds for which a key is good since the question began that found it. */
  readonly trust: number
  /** The same for a key that is good for figures alone, while the store is silent: they say that it is. */
  readonly figures: number
  /** Milliseconds for which no key is looked for where there was none. */
  readonly doubt: number
  /** Milliseconds after which a key that nobody used is not looked after any more. */
  readonly idle: number
  /** Keys that are looked after, and digests remembered to be of none. */
  readonly known: number
  readonly unknown: number
  /** Digests that may wait to be asked for. */
  readonly waiting: number
}

/** A key that was found. */
export interface KnownKey {
  /** The key as it was last found; undefined once it was not. */
  readonly key: () => ApiKey | undefined
  /** Whether it was there lately enough. */
  readonly isTrusted: () => boolean
}

interface Entry extends KnownKey {
  found: ApiKey | undefined
  /** When the question began that found it last. */
  askedAt: number
  usedAt: number
}

/** What the store said, or that it does not say. */
export type Answer = E.Either<Unavailable, KnownKey | undefined>

const NO_KEY: Answer = E.right(undefined)

/**
 * What this server knows of digests. One that it knows nothing of is asked for. Found, its key is known: it is trusted for
 * a while since the question began, and asked for again and again, with all others, as long as it is used; whoever has hold
 * of it sees it lose that trust when the store is silent and have it again when it is not, and sees it go when it is not found.
 * Not found, the digest is of no key for a moment, in which nobody asks; however many are guessed, one question is under
 * way at a time.
 */
export const knownKeys = (keys: Keys, bounds: Bounds, now: () => number) => {
  const known = new Map<KeyDigest, Entry>()
  const unknown = new Map<KeyDigest, number>()

  const dropIdle = () => {
    for (const [digest, { usedAt }] of known) if (now() - usedAt > bounds.idle) known.delete(digest)
    if (known.size < bounds.known) return
    const byUse = [...known].sort(([, one], [, other]) => one.usedAt - other.usedAt)
    for (const [digest] of byUse.slice(0, Math.ceil(byUse.length / 2))) known.delete(digest)
  }

  const keep = (digest: KeyDigest, found: ApiKey, askedAt: number) => {
    if (known.size >= bounds.known) dropIdle()
    const entry: Entry = {
      found,
      askedAt,
      usedAt: now(),
      key: () => entry.found,
      isTrusted: () => {
        entry.usedAt = now()
        return entry.usedAt - entry.askedAt < bounds.trust
      },
    }
    known.set(digest, entry)
  }

  const forget = (digest: KeyDigest, askedAt: number) => {
    known.delete(digest)
    // They are worth a moment: to ask for some of them again costs less than to tell which are over.
    if (unknown.size >= bounds.unknown) unknown.clear()
    unknown.set(digest, askedAt)
  }

  const learn = (digest: KeyDigest, found: ApiKey | undefined, askedAt: number) => {
    const entry = known.get(digest)
    const learntAt = entry?.askedAt ?? unknown.get(digest)
    // A question that began later was answered before.
    if (learntAt !== undefined && askedAt < learntAt) return
    if (entry) Object.assign(entry, { found, askedAt })
    if (!found) forget(digest, askedAt)
    else if (!entry) keep(digest, found, askedAt)
  }

  const questions = keyQuestions(keys, bounds.waiting, now, learn)

  const recall = (digest: KeyDigest): Answer | undefined => {
    const entry = known.get(digest)
    if (entry?.isTrusted()) return E.right(entry)
    const askedAt = unknown.get(digest)
    return askedAt !== undefined && now() - askedAt < bounds.doubt ? NO_KEY : undefined
  }

  /** What is gone by when the store does not say. */
  const recallForFigures = (digest: KeyDigest): Answer | undefined => {
    const entry = known.get(digest)
    if (!entry?.found || !isForFiguresAlone(entry.found)) return undefined
    return now() - entry.askedAt < bounds.figures ? E.right(entry) : undefined
  }

  return {
    /** At once for what is known. Never rejects. */
    find: (digest: KeyDigest): Answer | Promise<Answer> =>
      recall(digest) ??
      questions
        .ask(digest)
        .then((asked): Answer => (E.isLeft(asked) ? (recallForFigures(digest) ?? asked) : E.right(known.get(digest)))),

    /** Asks for all known keys once more. Right when there was an answer; never rejects. */
    look: async (): Promise<E.Either<Unavailable, undefined>> => {
      dropIdle()
      return known.size === 0 ? E.right(undefined) : questions.askAll([...known.keys()])
    },
  }
}
