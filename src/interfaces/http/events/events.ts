import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { FollowChats, Following } from '../../../application/following/follow-chats.ts'
import type { Happening, Signalled } from '../../../application/following/happening.ts'
import type { ChatId, Revision } from '../../../domain/identity.ts'
import { ChatIdCodec, ChatIdsCodec, optional, RevisionCodec } from '../codecs/codecs.ts'
import type { Contract } from '../endpoint/contract.ts'
import { endpoint } from '../endpoint/endpoint.ts'
import { bodiesOf, framesOf, inPieces, openingBlock, removedBlock, signalFrames, withId } from './event-frames.ts'
import type { EventStreams } from './event-streams.ts'
import { PlacesCodec, revisionIn, tokenOf } from './event-token.ts'
import type { Piece } from './piece.ts'
import { placeIn } from './resuming.ts'
import type { StreamMetrics } from './stream-metrics.ts'

const FollowChatRequest = t.type({
  path: t.type({ chat_id: ChatIdCodec }),
  query: t.type({ after: optional(RevisionCodec), lastEventId: optional(RevisionCodec) }),
  headers: t.type({ 'last-event-id': optional(RevisionCodec) }),
})

const FollowChatsRequest = t.type({
  query: t.type({ chat_id: ChatIdsCodec, after: optional(PlacesCodec), lastEventId: optional(PlacesCodec) }),
  headers: t.type({ 'last-event-id': optional(PlacesCodec) }),
})

const cursorsOf = ({ positions }: Following) => new Map(Array.from(positions, ([id, { cursor }]) => [id, cursor]))

export const eventEndpoints = (
  contract: Contract,
  followChats: FollowChats,
  streams: EventStreams,
  metrics: StreamMetrics,
) => {
  const signalled = ({ batch }: Signalled): readonly Piece[] => {
    metrics.signalled(batch)
    return batch.form(signalFrames)
  }

  /** The same bytes for all followers of a chat. */
  const single = (happening: Happening): readonly Piece[] => {
    if (happening.kind === 'signalled') return signalled(happening)
    if (happening.kind === 'removed') return inPieces([removedBlock(happening)])
    metrics.sent(happening.batch, happening.live)
    return happening.batch.form(framesOf)
  }

  /** The ids of several chats say where this follower is in each. */
  const several = (positions: Map<ChatId, Revision>) => (happening: Happening) => {
    if (happening.kind === 'signalled') return signalled(happening)
    if (happening.kind === 'removed') {
      positions.delete(happening.chatId)
      return inPieces([removedBlock(happening, tokenOf(positions))])
    }
    const { batch, live, isLast = false } = happening
    metrics.sent(batch, live)
    const bodies = batch.form(bodiesOf)
    const blocks = batch.changes.map(({ chatId, revision }, index) => {
      if (isLast && index === batch.changes.length - 1) positions.delete(chatId)
      else positions.set(chatId, revision)
      return withId(tokenOf(positions), bodies[index] ?? '')
    })
    return inPieces(blocks)
  }

  return {
    followChat: endpoint(contract.operation('followChat'), FollowChatRequest, (request, caller) =>
      streams.begin(
        pipe(
          followChats(caller, { places: [{ chatId: request.path.chat_id, after: placeIn(request) }] }),
          TE.map((following) => ({
            kind: 'chat',
            opening: openingBlock(String([...cursorsOf(following).values()][0])),
            items: following.happenings,
            render: single,
          })),
        ),
        caller,
      ),
    ),

    followChats: endpoint(contract.operation('followChats'), FollowChatsRequest, (request, caller) => {
      const resumed = placeIn(request)
      const places = request.query.chat_id.map((chatId) => ({ chatId, after: resumed && revisionIn(resumed, chatId) }))
      return streams.begin(
        pipe(
          followChats(caller, { places, resumed: resumed !== undefined }),
          TE.map((following) => {
            const positions = cursorsOf(following)
            return {
              kind: 'chats',
              opening: openingBlock(tokenOf(positions)),
              items: following.happenings,
              render: several(positions),
            }
          }),
        ),
        caller,
      )
    }),
  }
}
