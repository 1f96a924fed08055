import { ContainerModule } from 'inversify'
import { followInbox } from '../application/following/inbox/follow-inbox.ts'
import { followedInboxes as follow } from '../application/following/inbox/followed-inboxes.ts'
import { inboxEventEndpoints } from '../interfaces/http/reading/inbox-events.ts'
import { inboxMetrics } from '../interfaces/http/reading/inbox-metrics.ts'
import { bindFrom } from './bind-from.ts'
import { names } from './names.ts'

const { bell, contract, failures, followedInboxes, inboxes, registry, roomEndpoints, signals, streams } = names

export const inboxFollowingModule = new ContainerModule(({ bind }) => {
  bindFrom(bind, followedInboxes, { inboxes, bell, signals, failures }, (bound) =>
    follow(bound.inboxes, bound.bell, bound.signals, { onFailure: bound.failures.report }),
  )
  bindFrom(bind, roomEndpoints, { contract, inboxes, followedInboxes, streams, registry }, (bound) => {
    const { contract, inboxes, followedInboxes, streams, registry } = bound
    return inboxEventEndpoints(contract, followInbox(inboxes, followedInboxes), streams, inboxMetrics(registry))
  })
})
