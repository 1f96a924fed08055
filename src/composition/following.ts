import { ContainerModule } from 'inversify'
import { followChats } from '../application/following/follow-chats.ts'
import { createTails } from '../application/following/recent-changes.ts'
import { eventStreams } from '../interfaces/http/events/event-streams.ts'
import { eventEndpoints } from '../interfaces/http/events/events.ts'
import { streamMetrics } from '../interfaces/http/server/metrics.ts'
import { bindFrom } from './bind-from.ts'
import { names } from './names.ts'

const { bell, clock, contract, journal, registry, roomEndpoints, streamLimits, streams, tails } = names

export const followingModule = new ContainerModule(({ bind }) => {
  bindFrom(bind, tails, { journal, bell }, ({ journal, bell }) => createTails(journal, bell))
  bindFrom(bind, streams, { streamLimits }, ({ streamLimits }) => eventStreams(streamLimits))
  bindFrom(bind, roomEndpoints, { contract, journal, tails, streams, registry, clock }, (bound) => {
    const { contract, journal, tails, streams, registry, clock } = bound
    const metrics = streamMetrics(registry, streams.open, clock.now)
    return eventEndpoints(contract, followChats(journal, tails), streams, metrics)
  })
})
