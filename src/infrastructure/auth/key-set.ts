import * as E from 'fp-ts/lib/Either.js'
import type { Clock } from '../../application/ports/clock.ts'
import type { Unavailable } from '../../application/ports/failures.ts'
import { DEADLINE_MS, late, within } from '../postgres/database/deadline.ts'
import { type PublicAlgorithm, type PublicKey, publicKeysOf } from './public-keys.ts'

/** Reads the text of a set. Rejects when it is aborted. */
export type ReadKeySet = (signal: AbortSignal) => Promise<string>

/** All in milliseconds. */
export interface KeySetTimes {
  /** A set is read again when it is older, and serves meanwhile. From twice this on it is waited for, if all was well. */
  readonly fresh: number
  /** A set that could not be read again serves for so long. */
  readonly kept: number
  /** Between two tries to read the set. */
  readonly pause: number
  /** Between two tries for the sake of a key that is not in the set: anybody can make one up. */
  readonly unknownPause: number
}

export interface KeySet {
  /**
   * The keys that may have signed a token. None are in the set when the set was read just now, or lately. Unavailable
   * when nobody knows: there is no set, or it may have the key by now and cannot be read. Waits for `DEADLINE_MS` at the longest.
   */
  readonly find: (
    algorithm: PublicAlgorithm,
    kid: string | undefined,
  ) => Promise<E.Either<Unavailable, readonly PublicKey[]>>
  /** Whether the key is in the set that was read last. Asks nobody; an old set is read again behind. */
  readonly trusts: (id: string) => boolean
  readonly close: () => void
}

interface Known {
  readonly keys: readonly PublicKey[]
  readonly ids: ReadonlySet<string>
  readonly at: number
}

/**
 * Keeps a set that others change. It is unknown until it was read once; fresh; old, when it serves while it is read again;
 * and unknown once more when that fails for too long. Reading goes on once at a time, for all who wait.
 */
export const keySet = (
  read: ReadKeySet,
  times: KeySetTimes,
  clock: Clock,
  onFailure: (failure: unknown) => void,
): KeySet => {
  const closing = new AbortController()
  let known: Known | undefined
  let reading: Promise<void> | undefined
  let triedAt = -Infinity
  let failure: unknown

  /** A clock that was set back must not keep anything for longer: then the time counts as past. */
  const isPast = (milliseconds: number, since: number) => {
    const now = clock.now().getTime()
    return now < since || now >= since + milliseconds
  }
  const current = () => (known && !isPast(times.kept, known.at) ? known : undefined)
  const isOlderThan = (milliseconds: number) => known === undefined || isPast(milliseconds, known.at)

  const readAgain = async () => {
    try {
      const keys = publicKeysOf(await read(closing.signal))
      if (keys.length === 0) throw new Error('what was read is not a JSON Web Key Set with a key for tokens')
      known = { keys, ids: new Set(keys.map(({ id }) => id)), at: clock.now().getTime() }
      failure = undefined
    } catch (error) {
      failure = error
      if (!closing.signal.aborted) onFailure(error)
    }
    triedAt = clock.now().getTime()
    reading = undefined
  }
  const readAfter = (pause: number) => {
    if (reading === undefined && isPast(pause, triedAt)) reading = readAgain()
  }
  const readWhenOld = () => {
    if (isOlderThan(times.fresh)) readAfter(times.pause)
  }

  const whatIsRead = () => within(DEADLINE_MS, reading ?? Promise.resolve(), () => undefined)
  const isUncertain = () => failure !== undefined || reading !== undefined
  const unavailable = () => E.left<Unavailable>({ kind: 'Unavailable', cause: failure ?? late() })

  return {
    find: async (algorithm, kid) => {
      const named = () => (current()?.keys ?? []).filter((key) => kid === undefined || key.kid === kid)
      const matching = () => named().filter(({ algorithms }) => algorithms.includes(algorithm))
      readWhenOld()
      if (current() === undefined || (isOlderThan(2 * times.fresh) && failure === undefined)) await whatIsRead()
      if (current() === undefined) return unavailable()
      if (matching().length > 0 || (kid !== undefined && named().length > 0)) return E.right(matching())

      readAfter(times.unknownPause)
      await whatIsRead()
      return matching().length > 0 || !isUncertain() ? E.right(matching()) : unavailable()
    },
    trusts: (id) => {
      readWhenOld()
      return current()?.ids.has(id) ?? false
    },
    close: () => closing.abort(),
  }
}
