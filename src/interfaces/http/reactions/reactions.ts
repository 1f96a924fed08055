import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { AddReaction } from '../../../application/reactions/add-reaction.ts'
import type { ListOwnReactions } from '../../../application/reactions/list-own-reactions.ts'
import type { ListReactors } from '../../../application/reactions/list-reactors.ts'
import type { RemoveReaction } from '../../../application/reactions/remove-reaction.ts'
import {
  ChatIdCodec,
  MessageIdCodec,
  MessagePositionCodec,
  only,
  onlySome,
  optional,
  PAGE_LIMIT,
  PageLimitCodec,
  ReactionCodec,
  UserIdCodec,
} from '../codecs/codecs.ts'
import type { Contract } from '../endpoint/contract.ts'
import { endpoint } from '../endpoint/endpoint.ts'
import { Conditional } from '../endpoint/etags.ts'
import { nextLink } from '../endpoint/paging.ts'
import { noContent } from '../endpoint/reply.ts'
import { tagged } from '../endpoint/tagged.ts'

const OfMessage = { chat_id: ChatIdCodec, message_id: MessageIdCodec }
const Item = only({ ...OfMessage, reaction: ReactionCodec })

export const ReactionRequest = t.type({ path: Item })
export const ListReactorsRequest = t.type({
  headers: Conditional,
  path: only(OfMessage),
  query: only({ reaction: ReactionCodec, limit: optional(PageLimitCodec), after: optional(UserIdCodec) }),
})
export const ListOwnReactionsRequest = t.type({
  headers: Conditional,
  path: only({ chat_id: ChatIdCodec, user_id: UserIdCodec }),
  query: onlySome({ limit: PageLimitCodec, before: MessageIdCodec, after: MessagePositionCodec }),
})

export interface ReactionUseCases {
  readonly addReaction: AddReaction
  readonly removeReaction: RemoveReaction
  readonly listReactors: ListReactors
  readonly listOwnReactions: ListOwnReactions
}

export const reactionEndpoints = (
  contract: Contract,
  { addReaction, removeReaction, listReactors, listOwnReactions }: ReactionUseCases,
) => ({
  addReaction: endpoint(contract.operation('addReaction'), ReactionRequest, ({ path }, caller) =>
    pipe(
      addReaction(caller, { chatId: path.chat_id, messageId: path.message_id, reaction: path.reaction }),
      TE.map(() => noContent),
    ),
  ),

  removeReaction: endpoint(contract.operation('removeReaction'), ReactionRequest, ({ path }, caller) =>
    pipe(
      removeReaction(caller, { chatId: path.chat_id, messageId: path.message_id, reaction: path.reaction }),
      TE.map(() => noContent),
    ),
  ),

  listReactors: endpoint(contract.operation('listReactors'), ListReactorsRequest, ({ path, query }, caller) =>
    pipe(
      listReactors(caller, {
        chatId: path.chat_id,
        messageId: path.message_id,
        reaction: query.reaction,
        selection: { limit: query.limit ?? PAGE_LIMIT.DEFAULT, after: query.after },
      }),
      TE.map(({ entries, more }) => {
        const body = entries.map((userId) => ({ user_id: userId, reaction: query.reaction }))
        const last = more ? entries.at(-1) : undefined
        const base = `/chats/${path.chat_id}/messages/${path.message_id}/reactions/`
        const place = (after: string) =>
          `reaction=${encodeURIComponent(query.reaction)}&after=${encodeURIComponent(after)}`
        return tagged(body, last === undefined ? [] : [nextLink(base, query.limit, place(last))])
      }),
    ),
  ),

  listOwnReactions: endpoint(
    contract.operation('listOwnReactions'),
    ListOwnReactionsRequest,
    ({ path, query }, caller) =>
      pipe(
        listOwnReactions(caller, {
          chatId: path.chat_id,
          userId: path.user_id,
          selection: { ...query, limit: query.limit ?? PAGE_LIMIT.DEFAULT },
        }),
        TE.map(({ entries, more }) => {
          const body = entries.map(({ messageId, reaction }) => ({ message_id: messageId, reaction }))
          const last = more ? entries.at(-1) : undefined
          const base = `/chats/${path.chat_id}/members/${encodeURIComponent(path.user_id)}/reactions/`
          const after = query.after === undefined ? '' : `&after=${query.after}`
          return tagged(body, last ? [nextLink(base, query.limit, `before=${last.messageId}${after}`)] : [])
        }),
      ),
  ),
})
