import { ContainerModule } from 'inversify'
import { followChats } from '../application/following/follow-chats.ts'
import { followedChats as follow } from '../application/following/followed-chats.ts'
import { eventStreams } from '../interfaces/http/events/event-streams.ts'
import { eventEndpoints } from '../interfaces/http/events/events.ts'
import { streamMetrics } from '../interfaces/http/events/stream-metrics.ts'
import { bindFrom } from './bind-from.ts'
import { names } from './names.ts'

const { bell, clock, contract, failures, journal, registry, roomEndpoints, streamLimits, streams, followedChats } =
  names

export const followingModule = new ContainerModule(({ bind }) => {
  bindFrom(bind, followedChats, { journal, bell, failures }, ({ journal, bell, failures: { report } }) =>
    follow(journal, bell, { onFailure: report }),
  )
  bindFrom(bind, streams, { streamLimits, failures }, ({ streamLimits, failures: { report } }) =>
    eventStreams(streamLimits, { onFailure: report }),
  )
  bindFrom(bind, roomEndpoints, { contract, journal, followedChats, streams, registry, clock, failures }, (bound) => {
    const { contract, journal, followedChats, streams, registry, clock, failures } = bound
    const metrics = streamMetrics(registry, streams.open, clock.now)
    return eventEndpoints(contract, followChats(journal, followedChats, failures.report), streams, metrics)
  })
})
