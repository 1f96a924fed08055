import { ContainerModule } from 'inversify'
import { followChats } from '../application/following/follow-chats.ts'
import { followedChats as follow } from '../application/following/followed-chats.ts'
import { followedSignals as hear } from '../application/following/signals/followed-signals.ts'
import { eventStreams } from '../interfaces/http/events/event-streams.ts'
import { eventEndpoints } from '../interfaces/http/events/events.ts'
import { openStreamMetrics } from '../interfaces/http/events/open-stream-metrics.ts'
import { streamMetrics } from '../interfaces/http/events/stream-metrics.ts'
import { tracedStreams } from '../interfaces/http/events/traced-streams.ts'
import { bindFrom } from './bind-from.ts'
import { names } from './names.ts'

const { bell, clock, contract, failures, journal, registry, roomEndpoints, signals, streamLimits, streams } = names
const { followedChats, followedSignals, requestTraces } = names

export const followingModule = new ContainerModule(({ bind }) => {
  bindFrom(bind, followedChats, { journal, bell, failures }, ({ journal, bell, failures: { report } }) =>
    follow(journal, bell, { onFailure: report }),
  )
  bindFrom(bind, followedSignals, { signals }, ({ signals }) => hear(signals))
  bindFrom(bind, streams, { streamLimits, failures, requestTraces }, ({ streamLimits, failures, requestTraces }) => {
    const streams = eventStreams(streamLimits, { onFailure: failures.report })
    return requestTraces ? tracedStreams(streams) : streams
  })
  const needed = { contract, journal, followedChats, followedSignals, streams, registry, clock, failures }
  bindFrom(bind, roomEndpoints, needed, (bound) => {
    const { contract, journal, followedChats: chats, followedSignals: signals, streams, registry, clock } = bound
    const metrics = streamMetrics(registry, clock.now)
    openStreamMetrics(registry, streams)
    return eventEndpoints(
      contract,
      followChats({ journal, chats, signals, onFailure: bound.failures.report }),
      streams,
      metrics,
    )
  })
})
