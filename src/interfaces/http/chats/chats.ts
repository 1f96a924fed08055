import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { CreateChat } from '../../../application/chats/create-chat.ts'
import type { DeleteChat } from '../../../application/chats/delete-chat.ts'
import type { ListChats } from '../../../application/chats/list-chats.ts'
import type { ListMessages } from '../../../application/messages/list-messages.ts'
import type { RenameChat } from '../../../application/chats/rename-chat.ts'
import type { Chat } from '../../../domain/chat/chat.ts'
import {
  ChatCursorCodec,
  ChatIdCodec,
  ChatPositionCodec,
  ChatTitleCodec,
  only,
  onlySome,
  PageLimitCodec,
} from '../codecs/codecs.ts'
import { Conditional, expectationOf, tagOfContent } from '../endpoint/etags.ts'
import type { Contract } from '../endpoint/contract.ts'
import { endpoint } from '../endpoint/endpoint.ts'
import { IdempotentWrite, intentOf, replayHeaders } from '../endpoint/idempotency.ts'
import { linkHeader, monitorLink, pageLinks, selectionOf } from '../endpoint/paging.ts'
import { json, noContent } from '../endpoint/reply.ts'
import { chatView, entityTag, messageView } from './views.ts'

const Path = only({ chat_id: ChatIdCodec })
const Body = only({ title: ChatTitleCodec })

export const CreateChatRequest = t.type({ headers: IdempotentWrite, body: Body })
export const ListChatsRequest = t.type({
  headers: Conditional,
  query: onlySome({
    limit: PageLimitCodec,
    before: ChatIdCodec,
    after: ChatPositionCodec,
    cursor: ChatCursorCodec,
  }),
})
export const GetChatRequest = t.type({
  headers: Conditional,
  path: Path,
  query: onlySome({ limit: PageLimitCodec }),
})
export const RenameChatRequest = t.type({ headers: Conditional, path: Path, body: Body })
export const DeleteChatRequest = t.type({ headers: Conditional, path: Path })

const chatPath = ({ id }: Chat) => `/chats/${id}`
const tagOf = ({ revision }: Chat) => ({ ETag: entityTag(revision) })

export interface ChatUseCases {
  readonly createChat: CreateChat
  readonly listChats: ListChats
  readonly listMessages: ListMessages
  readonly renameChat: RenameChat
  readonly deleteChat: DeleteChat
}

export const chatEndpoints = (
  contract: Contract,
  { createChat, listChats, listMessages, renameChat, deleteChat }: ChatUseCases,
) => ({
  createChat: endpoint(contract.operation('createChat'), CreateChatRequest, ({ headers, body }) =>
    pipe(
      createChat({ title: body.title, intent: intentOf(headers['idempotency-key'], 'createChat', 'title', body) }),
      TE.map(({ done: chat, replayed }) =>
        json(201, chatView(chat), { Location: chatPath(chat), ...tagOf(chat), ...replayHeaders(replayed) }),
      ),
    ),
  ),

  listChats: endpoint(contract.operation('listChats'), ListChatsRequest, ({ query }) =>
    pipe(
      listChats(selectionOf(query)),
      TE.map((page) => {
        const body = page.entries.map(chatView)
        return json(200, body, { ...linkHeader(pageLinks('/chats/', query, page)), ETag: tagOfContent(body) })
      }),
    ),
  ),

  getChat: endpoint(contract.operation('getChat'), GetChatRequest, ({ path, query }) =>
    pipe(
      listMessages({ chatId: path.chat_id, selection: selectionOf(query) }),
      TE.map(({ chat, entries }) => {
        const headers = { ...tagOf(chat), ...linkHeader([monitorLink(chat)]) }
        return json(200, { ...chatView(chat), messages: entries.map(messageView) }, headers)
      }),
    ),
  ),

  renameChat: endpoint(contract.operation('renameChat'), RenameChatRequest, ({ headers, path, body }) =>
    pipe(
      renameChat({ chatId: path.chat_id, title: body.title, expected: expectationOf(headers) }),
      TE.map((chat) => json(200, chatView(chat), tagOf(chat))),
    ),
  ),

  deleteChat: endpoint(contract.operation('deleteChat'), DeleteChatRequest, ({ headers, path }) =>
    pipe(
      deleteChat({ chatId: path.chat_id, expected: expectationOf(headers) }),
      TE.map(() => noContent),
    ),
  ),
})
