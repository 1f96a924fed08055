import type { UserId } from '../../../domain/caller.ts'
import type { Signal } from '../../ports/signals.ts'
import { type SignalBatch, signalBatchOf } from './signal-batch.ts'

/** Milliseconds in which the signals of a chat are collected. */
export const COLLECT_MS = 200

/** Milliseconds for which a batch is there to be taken: after that it is not live any more. */
export const FRESH_MS = 1000

/** Signals of one batch at the most: a crowd that types is not worth more. */
export const MOST_COLLECTED = 500

/** Calls back once, later. Returns how not to. */
export type After = (milliseconds: number, work: () => void) => () => void

/** The signals of one chat, for those on this server who may hear them. */
export interface SignalHub {
  readonly add: (signal: Signal) => void
  /** The newest batch, as long as it is fresh. */
  readonly latest: () => SignalBatch | undefined
  /** Woken when there is another batch. */
  readonly followers: Set<() => void>
  readonly close: () => void
}

/**
 * - quiet: nothing is collected. A signal begins to collect.
 * - collecting: of each kind and user the newest signal is kept, until the time is over: then that is the latest batch, in
 *   the place of the one before, taken or not, and everybody is woken.
 *
 * The latest batch goes when the next one comes, or when it is not fresh any more. That is all that is kept, however slow a
 * follower is.
 */
export const signalHub = (after: After): SignalHub => {
  const followers = new Set<() => void>()
  const collected = { typing: new Map<UserId, Signal>(), read: new Map<UserId, Signal>() }
  let latest: SignalBatch | undefined
  let stopCollecting: (() => void) | undefined
  let keepFresh = () => {}

  const tell = () => {
    stopCollecting = undefined
    latest = signalBatchOf([...collected.typing.values(), ...collected.read.values()])
    collected.typing.clear()
    collected.read.clear()
    keepFresh()
    keepFresh = after(FRESH_MS, () => void (latest = undefined))
    for (const wake of followers) wake()
  }

  return {
    followers,
    latest: () => latest,
    add: (signal) => {
      const kind = collected[signal.kind]
      if (kind.size >= MOST_COLLECTED && !kind.has(signal.userId)) return
      kind.set(signal.userId, signal)
      stopCollecting ??= after(COLLECT_MS, tell)
    },
    close: () => {
      stopCollecting?.()
      keepFresh()
    },
  }
}
