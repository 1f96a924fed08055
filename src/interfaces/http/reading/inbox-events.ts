import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { FollowInbox } from '../../../application/following/inbox/follow-inbox.ts'
import type { InboxBatch } from '../../../application/following/inbox/inbox-event.ts'
import { optional, UserIdCodec } from '../codecs/codecs.ts'
import type { Contract } from '../endpoint/contract.ts'
import { endpoint } from '../endpoint/endpoint.ts'
import { openingBlock } from '../events/event-frames.ts'
import type { EventStreams } from '../events/event-streams.ts'
import { placeIn } from '../events/resuming.ts'
import { batchFrames } from './inbox-frames.ts'
import type { InboxMetrics } from './inbox-metrics.ts'
import { MomentCodec, momentWord } from './inbox-moment.ts'

export const FollowInboxRequest = t.type({
  path: t.type({ user_id: UserIdCodec }),
  query: t.type({ after: optional(MomentCodec), lastEventId: optional(MomentCodec) }),
  headers: t.type({ 'last-event-id': optional(MomentCodec) }),
})

export const inboxEventEndpoints = (
  contract: Contract,
  followInbox: FollowInbox,
  streams: EventStreams,
  metrics: InboxMetrics,
) => {
  const render = (batch: InboxBatch) => {
    metrics.sent(batch.events.length)
    return batchFrames(batch)
  }

  return {
    followInbox: endpoint(contract.operation('followInbox'), FollowInboxRequest, (request, caller) =>
      streams.begin(
        pipe(
          followInbox(caller, { userId: request.path.user_id, after: placeIn(request) }),
          TE.map(({ moment, batches }) => ({
            kind: 'inbox',
            opening: openingBlock(momentWord(moment)),
            items: batches,
            render,
          })),
        ),
        caller,
      ),
    ),
  }
}
