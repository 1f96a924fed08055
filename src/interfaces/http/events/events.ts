import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { FollowChats, Following } from '../../../application/following/follow-chats.ts'
import type { Happening } from '../../../application/following/happenings.ts'
import type { ChatId, Revision } from '../../../domain/identity.ts'
import { ChatIdCodec, ChatIdsCodec, optional, RevisionCodec } from '../codecs/codecs.ts'
import type { Contract } from '../endpoint/contract.ts'
import { endpoint } from '../endpoint/endpoint.ts'
import { changeBlock, framesOf, inPieces, removedBlock } from './event-frames.ts'
import type { EventStreams, Frames } from './event-streams.ts'
import { PositionsCodec, tokenOf } from './event-token.ts'
import type { StreamMetrics } from './stream-metrics.ts'
import type { Failure } from '../endpoint/problem.ts'

const FollowChatRequest = t.type({
  path: t.type({ chat_id: ChatIdCodec }),
  query: t.type({ after: optional(RevisionCodec) }),
  headers: t.type({ 'last-event-id': optional(RevisionCodec) }),
})

const FollowChatsRequest = t.type({
  query: t.type({ chat_id: ChatIdsCodec, after: optional(PositionsCodec) }),
  headers: t.type({ 'last-event-id': optional(PositionsCodec) }),
})

/** Milliseconds after which a client that was cut off comes back. */
const RETRY_MS = 1000

/** Sets the client's last event id before anything happened, so that whoever is cut off before that loses nothing either. */
const opening = (id: string) => `retry: ${RETRY_MS}\nid: ${id}\n\n`

export const eventEndpoints = (
  contract: Contract,
  followChats: FollowChats,
  streams: EventStreams,
  metrics: StreamMetrics,
) => {
  const single = ({ happenings }: Following): Frames =>
    async function* (stop) {
      for await (const happening of happenings(stop)) {
        if (happening.kind === 'removed') yield inPieces([removedBlock(happening)])
        else {
          metrics.sent(happening.batch, happening.live)
          yield happening.batch.form(framesOf)
        }
      }
    }

  const several = ({ happenings }: Following, positions: Map<ChatId, Revision>): Frames =>
    async function* (stop) {
      const blocksOf = (happening: Happening) => {
        if (happening.kind === 'removed') {
          positions.delete(happening.chatId)
          return [removedBlock(happening, tokenOf(positions))]
        }
        metrics.sent(happening.batch, happening.live)
        return happening.batch.changes.map((change) => {
          positions.set(change.chatId, change.revision)
          return changeBlock(change, tokenOf(positions))
        })
      }
      for await (const happening of happenings(stop)) yield inPieces(blocksOf(happening))
    }

  const cursors = ({ positions }: Following) => new Map(Array.from(positions, ([id, { cursor }]) => [id, cursor]))

  const full = TE.left<Failure>({ kind: 'TooManyStreams', limit: streams.limit })

  return {
    followChat: endpoint(contract.operation('followChat'), FollowChatRequest, ({ path, query, headers }) =>
      streams.hasRoom()
        ? pipe(
            followChats({ places: [{ chatId: path.chat_id, after: headers['last-event-id'] ?? query.after }] }),
            TE.map((following) => {
              const [cursor] = cursors(following).values()
              return streams.reply(opening(String(cursor)), single(following))
            }),
          )
        : full,
    ),

    followChats: endpoint(contract.operation('followChats'), FollowChatsRequest, ({ query, headers }) => {
      if (!streams.hasRoom()) return full
      const resumed = headers['last-event-id'] ?? query.after
      const places = query.chat_id.map((chatId) => ({ chatId, after: resumed?.get(chatId) }))
      return pipe(
        followChats({ places, resumed: resumed !== undefined }),
        TE.map((following) => {
          const positions = cursors(following)
          return streams.reply(opening(tokenOf(positions)), several(following, positions))
        }),
      )
    }),
  }
}
