import { Counter, type Registry } from 'prom-client'

export interface InboxMetrics {
  /** So many events are sent to one stream. */
  readonly sent: (events: number) => void
}

export const inboxMetrics = (registry: Registry): InboxMetrics => {
  let told = 0
  new Counter({
    name: 'inbox_stream_events_total',
    help: 'Events sent on streams of inboxes, each counted once for every stream.',
    registers: [registry],
    collect() {
      this.reset()
      this.inc(told)
    },
  })
  return { sent: (events) => void (told += events) }
}
