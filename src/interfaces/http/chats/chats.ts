import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { CreateChat } from '../../../application/chats/create-chat.ts'
import type { DeleteChat } from '../../../application/chats/delete-chat.ts'
import type { ListChats } from '../../../application/chats/list-chats.ts'
import type { ListMessages } from '../../../application/messages/list-messages.ts'
import type { UpdateChat } from '../../../application/chats/update-chat.ts'
import type { Chat } from '../../../domain/chat/chat.ts'
import {
  AppointmentsCodec,
  ChatCursorCodec,
  ChatIdCodec,
  ChatPositionCodec,
  ChatTitleCodec,
  MetadataCodec,
  only,
  onlySome,
  optional,
  PageLimitCodec,
  PublicCodec,
  someOf,
  VisibilityCodec,
} from '../codecs/codecs.ts'
import { Conditional, expectationOf, tagOfContent } from '../endpoint/etags.ts'
import type { Contract } from '../endpoint/contract.ts'
import { endpoint } from '../endpoint/endpoint.ts'
import { IdempotentWrite, intentOf, replayHeaders } from '../endpoint/idempotency.ts'
import { linkHeader, monitorLink, pageLinks, selectionOf } from '../endpoint/paging.ts'
import { json, jsonText, noContent } from '../endpoint/reply.ts'
import { chatJson, chatView, entityTag } from './views.ts'

const Path = only({ chat_id: ChatIdCodec })
const NewChat = only({
  title: ChatTitleCodec,
  visibility: optional(VisibilityCodec),
  metadata: optional(MetadataCodec),
  members: optional(AppointmentsCodec),
})
const Changes = someOf({ title: ChatTitleCodec, visibility: VisibilityCodec, metadata: MetadataCodec })

export const CreateChatRequest = t.type({ headers: IdempotentWrite, body: NewChat })
export const ListChatsRequest = t.type({
  headers: Conditional,
  query: onlySome({
    limit: PageLimitCodec,
    before: ChatIdCodec,
    after: ChatPositionCodec,
    cursor: ChatCursorCodec,
    visibility: PublicCodec,
  }),
})
export const GetChatRequest = t.type({
  headers: Conditional,
  path: Path,
  query: onlySome({ limit: PageLimitCodec }),
})
export const UpdateChatRequest = t.type({ headers: Conditional, path: Path, body: Changes })
export const DeleteChatRequest = t.type({ headers: Conditional, path: Path })

const chatPath = ({ id }: Chat) => `/chats/${id}`
const tagOf = ({ revision }: Chat) => ({ ETag: entityTag(revision) })

const filterOf = ({ visibility }: { readonly visibility?: 'public' | undefined }) =>
  visibility === undefined ? '' : `&visibility=${visibility}`

export interface ChatUseCases {
  readonly createChat: CreateChat
  readonly listChats: ListChats
  readonly listMessages: ListMessages
  readonly updateChat: UpdateChat
  readonly deleteChat: DeleteChat
}

export const chatEndpoints = (
  contract: Contract,
  { createChat, listChats, listMessages, updateChat, deleteChat }: ChatUseCases,
) => ({
  createChat: endpoint(contract.operation('createChat'), CreateChatRequest, ({ headers, body }, caller) =>
    pipe(
      createChat(caller, {
        title: body.title,
        visibility: body.visibility,
        metadata: body.metadata,
        members: body.members?.map(({ user_id: userId, role }) => ({ userId, role })),
        intent: intentOf(caller, headers['idempotency-key'], 'createChat', 'title', body),
      }),
      TE.map(({ done: chat, replayed }) =>
        json(201, chatView(chat), { Location: chatPath(chat), ...tagOf(chat), ...replayHeaders(replayed) }),
      ),
    ),
  ),

  listChats: endpoint(contract.operation('listChats'), ListChatsRequest, ({ query }, caller) =>
    pipe(
      listChats(caller, { selection: selectionOf(query), visibility: query.visibility }),
      TE.map((page) => {
        const body = page.entries.map(chatView)
        return json(200, body, {
          ...linkHeader(pageLinks('/chats/', query, page, filterOf(query))),
          ETag: tagOfContent(body),
        })
      }),
    ),
  ),

  getChat: endpoint(contract.operation('getChat'), GetChatRequest, ({ path, query }, caller) =>
    pipe(
      listMessages(caller, { chatId: path.chat_id, selection: selectionOf(query) }),
      TE.map((page) => jsonText(200, chatJson(page), { ...tagOf(page.chat), ...linkHeader([monitorLink(page.chat)]) })),
    ),
  ),

  updateChat: endpoint(contract.operation('updateChat'), UpdateChatRequest, ({ headers, path, body }, caller) =>
    pipe(
      updateChat(caller, { chatId: path.chat_id, ...body, expected: expectationOf(headers) }),
      TE.map((chat) => json(200, chatView(chat), tagOf(chat))),
    ),
  ),

  deleteChat: endpoint(contract.operation('deleteChat'), DeleteChatRequest, ({ headers, path }, caller) =>
    pipe(
      deleteChat(caller, { chatId: path.chat_id, expected: expectationOf(headers) }),
      TE.map(() => noContent),
    ),
  ),
})
