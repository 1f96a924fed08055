import { BEGINNING_OF_TIME, type Moment } from '../../ports/inboxes.ts'
import type { Settled, Tick } from './inbox-stream.ts'

/** How far this server has come with its reading, and with telling. */
export interface Progress {
  /** Goes on. */
  readonly next: () => Tick
  /** The latest moment that a reading gave. */
  readonly moment: () => Moment
  readonly read: (moment: Moment) => void
  readonly settled: () => Settled | undefined
  readonly settle: (settled: Settled) => void
}

export const progress = (): Progress => {
  let tick = 0
  let latest = BEGINNING_OF_TIME
  let settled: Settled | undefined
  return {
    next: () => ++tick,
    moment: () => latest,
    read: (moment) => {
      if (moment > latest) latest = moment
    },
    settled: () => settled,
    settle: (one) => void (settled = one),
  }
}
