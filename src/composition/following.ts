import { ContainerModule } from 'inversify'
import { followChats } from '../application/following/follow-chats.ts'
import { followedChats as follow } from '../application/following/followed-chats.ts'
import { eventStreams } from '../interfaces/http/events/event-streams.ts'
import { eventEndpoints } from '../interfaces/http/events/events.ts'
import { streamMetrics } from '../interfaces/http/events/stream-metrics.ts'
import { bindFrom } from './bind-from.ts'
import { names } from './names.ts'

const { bell, clock, contract, journal, registry, roomEndpoints, streamLimits, streams, followedChats } = names

export const followingModule = new ContainerModule(({ bind }) => {
  bindFrom(bind, followedChats, { journal, bell }, ({ journal, bell }) => follow(journal, bell))
  bindFrom(bind, streams, { streamLimits }, ({ streamLimits }) => eventStreams(streamLimits))
  bindFrom(bind, roomEndpoints, { contract, journal, followedChats, streams, registry, clock }, (bound) => {
    const { contract, journal, followedChats, streams, registry, clock } = bound
    const metrics = streamMetrics(registry, streams.open, clock.now)
    return eventEndpoints(contract, followChats(journal, followedChats), streams, metrics)
  })
})
