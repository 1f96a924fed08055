import { Counter, Gauge, type Registry } from 'prom-client'
import type { EventStreams } from './event-streams.ts'
import { STREAM_ENDS, STREAM_KINDS } from './open-streams.ts'

/** What is read of the streams when somebody asks: nothing is counted for it while they are sent. */
export const openStreamMetrics = (registry: Registry, streams: EventStreams): void => {
  const registers = [registry]
  new Gauge({
    name: 'event_streams_open',
    help: 'Event streams that are open.',
    registers,
    collect() {
      this.set(streams.open())
    },
  })
  new Gauge({
    name: 'event_streams_open_by_kind',
    help: 'The same, by what they are of: one chat, several chats, the inbox of a user.',
    labelNames: ['kind'],
    registers,
    collect() {
      for (const kind of STREAM_KINDS) this.set({ kind }, streams.ofKind(kind))
    },
  })
  new Gauge({
    name: 'event_streams_limit',
    help: 'How many there may be, STREAM_LIMIT.',
    registers,
    collect() {
      this.set(streams.limit)
    },
  })
  new Counter({
    name: 'event_streams_ended_total',
    help: 'Event streams that ended, by why they did.',
    labelNames: ['reason'],
    registers,
    collect() {
      this.reset()
      for (const reason of STREAM_ENDS) this.inc({ reason }, streams.ended(reason))
    },
  })
}
