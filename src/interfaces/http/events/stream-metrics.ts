import { Counter, Histogram, type Registry } from 'prom-client'
import type { Batch } from '../../../application/following/batch.ts'
import type { SignalBatch } from '../../../application/following/signals/signal-batch.ts'
import type { Change } from '../../../domain/chat/change.ts'
import { isFormer } from '../../../domain/chat/member.ts'
import { isTombstone } from '../../../domain/chat/message.ts'
import { BUCKETS } from '../server/metrics.ts'

export interface StreamMetrics {
  /** For every follower to whom it is sent. */
  readonly sent: (batch: Batch, live: boolean) => void
  readonly signalled: (batch: SignalBatch) => void
}

/** When it happened; undefined where the change does not say. */
const timeOf = (change: Change): Date | undefined => {
  if (change.kind === 'chat') return change.chat.updatedAt
  if (change.kind === 'member') return isFormer(change.member) ? change.member.removedAt : undefined
  const { message } = change
  return isTombstone(message) ? message.deletedAt : (message.editedAt ?? message.createdAt)
}

/** The batch's own note of whether it was sent to a live stream, for the first of its many followers is what counts. */
const firstSending = () => ({ isOver: false })

export const streamMetrics = (registry: Registry, now: () => Date): StreamMetrics => {
  let events = 0
  new Counter({
    name: 'event_stream_events_total',
    help: 'Events sent, each counted once for every stream.',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(events)
    },
  })
  const lag = new Histogram({
    name: 'event_stream_lag_seconds',
    help: 'Time from a change to its first sending on a live stream.',
    buckets: BUCKETS,
    registers: [registry],
  })

  return {
    sent: ({ changes, form }, live) => {
      events += changes.length
      const last = changes.at(-1)
      const at = last && timeOf(last)
      if (!live || !at) return
      const first = form(firstSending)
      if (first.isOver) return
      first.isOver = true
      lag.observe(Math.max(0, now().getTime() - at.getTime()) / 1000)
    },
    signalled: ({ signals }) => void (events += signals.length),
  }
}
