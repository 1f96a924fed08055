import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { DeleteMessage } from '../../../application/messages/delete-message.ts'
import type { EditMessage } from '../../../application/messages/edit-message.ts'
import type { GetMessage } from '../../../application/messages/get-message.ts'
import type { ListMessages } from '../../../application/messages/list-messages.ts'
import type { SendMessage } from '../../../application/messages/send-message.ts'
import type { ChatId, MessageId } from '../../../domain/identity.ts'
import type { Message } from '../../../domain/chat/message.ts'
import {
  ChatIdCodec,
  MessageCursorCodec,
  MessageIdCodec,
  MessagePositionCodec,
  MessageTextCodec,
  MetadataCodec,
  only,
  onlySome,
  optional,
  OrderCodec,
  PageLimitCodec,
  ReplyToCodec,
  someOf,
} from '../codecs/codecs.ts'
import { Conditional, expectationOf } from '../endpoint/etags.ts'
import type { Contract } from '../endpoint/contract.ts'
import { endpoint } from '../endpoint/endpoint.ts'
import { IdempotentWrite, intentOf, replayHeaders } from '../endpoint/idempotency.ts'
import { linkHeader, monitorLink, pageLinks, selectionOf } from '../endpoint/paging.ts'
import { json, jsonText, noContent } from '../endpoint/reply.ts'
import { entityTag, messageView, pageJson } from './views.ts'

const Collection = only({ chat_id: ChatIdCodec })
const Item = only({ chat_id: ChatIdCodec, message_id: MessageIdCodec })
const NewMessage = only({
  text: MessageTextCodec,
  reply_to: optional(ReplyToCodec),
  metadata: optional(MetadataCodec),
})
const Changes = someOf({ text: MessageTextCodec, metadata: MetadataCodec })

export const SendMessageRequest = t.type({ headers: IdempotentWrite, path: Collection, body: NewMessage })
export const ListMessagesRequest = t.type({
  headers: Conditional,
  path: Collection,
  query: onlySome({
    limit: PageLimitCodec,
    before: MessageIdCodec,
    after: MessagePositionCodec,
    order: OrderCodec,
    cursor: MessageCursorCodec,
    reply_to: MessageIdCodec,
  }),
})
export const GetMessageRequest = t.type({ headers: Conditional, path: Item })
export const EditMessageRequest = t.type({ headers: Conditional, path: Item, body: Changes })
export const DeleteMessageRequest = t.type({ headers: Conditional, path: Item })

const messagesPath = (chatId: ChatId) => `/chats/${chatId}/messages/`
const filterOf = ({ reply_to: replyTo }: { readonly reply_to?: MessageId | undefined }) =>
  replyTo === undefined ? '' : `&reply_to=${replyTo}`
const tagOf = ({ revision }: Message) => ({ ETag: entityTag(revision) })

export interface MessageUseCases {
  readonly sendMessage: SendMessage
  readonly listMessages: ListMessages
  readonly getMessage: GetMessage
  readonly editMessage: EditMessage
  readonly deleteMessage: DeleteMessage
}

export const messageEndpoints = (
  contract: Contract,
  { sendMessage, listMessages, getMessage, editMessage, deleteMessage }: MessageUseCases,
) => ({
  sendMessage: endpoint(contract.operation('sendMessage'), SendMessageRequest, ({ headers, path, body }, caller) =>
    pipe(
      sendMessage(caller, {
        chatId: path.chat_id,
        message: { text: body.text, replyTo: body.reply_to, metadata: body.metadata },
        intent: intentOf(caller, headers['idempotency-key'], 'sendMessage', 'text', body),
      }),
      TE.map(({ done: message, replayed }) => {
        const Location = `${messagesPath(message.chatId)}${message.id}`
        return json(201, messageView(message), { Location, ...tagOf(message), ...replayHeaders(replayed) })
      }),
    ),
  ),

  listMessages: endpoint(
    contract.operation('listMessages'),
    ListMessagesRequest,
    ({ path: { chat_id: chatId }, query }, caller) =>
      pipe(
        listMessages(caller, { chatId, selection: { ...selectionOf(query), replyTo: query.reply_to } }),
        TE.map((page) => {
          const links = pageLinks(messagesPath(chatId), query, page, filterOf(query))
          const headers = {
            ...linkHeader([...links, monitorLink(page.chat)]),
            ETag: entityTag(page.chat.revision),
          }
          return jsonText(200, pageJson(page, query.order), headers)
        }),
      ),
  ),

  getMessage: endpoint(contract.operation('getMessage'), GetMessageRequest, ({ path }, caller) =>
    pipe(
      getMessage(caller, { chatId: path.chat_id, messageId: path.message_id }),
      TE.map((message) => json(200, messageView(message), tagOf(message))),
    ),
  ),

  editMessage: endpoint(contract.operation('editMessage'), EditMessageRequest, ({ headers, path, body }, caller) =>
    pipe(
      editMessage(caller, {
        chatId: path.chat_id,
        messageId: path.message_id,
        ...body,
        expected: expectationOf(headers),
      }),
      TE.map((message) => json(200, messageView(message), tagOf(message))),
    ),
  ),

  deleteMessage: endpoint(contract.operation('deleteMessage'), DeleteMessageRequest, ({ headers, path }, caller) =>
    pipe(
      deleteMessage(caller, {
        chatId: path.chat_id,
        messageId: path.message_id,
        expected: expectationOf(headers),
      }),
      TE.map(() => noContent),
    ),
  ),
})
