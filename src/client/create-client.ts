import type { Connection } from './connection.ts'
import type { ChatEvent } from './events.ts'
import { follow } from './follow.ts'
import { targetOf } from './operations.ts'
import type { CallOptions, ChangeOptions, ClientOptions, FollowOptions, MakeOptions, Selection } from './options.ts'
import type { Page } from './page.ts'
import { passTime } from './patience.ts'
import { requests } from './requests.ts'
import type { Chat, ChatWithMessages, CreateChat, EditMessage, Message, UpdateChat, SendMessage } from './schemas.ts'

/**
 * The service's operations. Each resolves with what the service answers and rejects with a `ProblemError` when it
 * refuses. What passes (no connection, no answer in time, 503) is tried again, with growing pauses: every call is safe to
 * repeat, for what makes something bears an `Idempotency-Key` and the rest comes to the same twice.
 */
export interface Client {
  readonly listChats: (selection?: Selection, options?: CallOptions) => Promise<Page<Chat>>
  readonly createChat: (chat: CreateChat, options?: MakeOptions) => Promise<Chat>
  /** The chat with its last `limit` (20) messages, newest first. */
  readonly getChat: (
    chatId: number,
    selection?: Pick<Selection, 'limit'>,
    options?: CallOptions,
  ) => Promise<ChatWithMessages>
  readonly updateChat: (chatId: number, chat: UpdateChat, options?: ChangeOptions) => Promise<Chat>
  readonly deleteChat: (chatId: number, options?: ChangeOptions) => Promise<void>
  readonly sendMessage: (chatId: number, message: SendMessage, options?: MakeOptions) => Promise<Message>
  /** Newest first; `order: 'asc'` turns the page round. */
  readonly listMessages: (
    chatId: number,
    selection?: Selection & { readonly order?: 'asc' | 'desc' | undefined },
    options?: CallOptions,
  ) => Promise<Page<Message>>
  readonly getMessage: (chatId: number, messageId: number, options?: CallOptions) => Promise<Message>
  readonly editMessage: (
    chatId: number,
    messageId: number,
    message: EditMessage,
    options?: ChangeOptions,
  ) => Promise<Message>
  readonly deleteMessage: (chatId: number, messageId: number, options?: ChangeOptions) => Promise<void>
  /**
   * What happens in the chat, each change once and in order, over as many connections as it takes. `after` is a revision
   * (0 for the beginning) or the position of an event. Ends when the chat is deleted.
   */
  readonly follow: (chatId: number, options?: FollowOptions<number | string>) => AsyncIterableIterator<ChatEvent>
  /** The same of several chats over one connection. `after` is the position of an event of such a stream. */
  readonly followAll: (chatIds: readonly number[], options?: FollowOptions<string>) => AsyncIterableIterator<ChatEvent>
}

/** A client of the service. Browsers and Node 20 or later; it depends on nothing. */
export const createClient = ({
  baseUrl = '',
  // Not `fetch` itself: browsers refuse to call it as somebody's method.
  fetch = (input, init) => globalThis.fetch(input, init),
  headers = {},
  attempts = 5,
  timeout = 10_000,
  wait = passTime,
}: ClientOptions = {}): Client => {
  const connection: Connection = { baseUrl: baseUrl.replace(/\/$/, ''), fetch, headers, attempts, timeout, wait }
  const { read, readPage, make, change, remove } = requests(connection)

  return {
    listChats: (selection, call) => readPage<Chat>(targetOf('listChats', {}, { ...selection }), call),
    createChat: (body, call) => make<Chat>(targetOf('createChat'), body, call),
    getChat: (chat_id, selection, call) =>
      read<ChatWithMessages>(targetOf('getChat', { chat_id }, { ...selection }), call),
    updateChat: (chat_id, body, call) => change<Chat>(targetOf('updateChat', { chat_id }), body, call),
    deleteChat: (chat_id, call) => remove(targetOf('deleteChat', { chat_id }), call),

    sendMessage: (chat_id, body, call) => make<Message>(targetOf('sendMessage', { chat_id }), body, call),
    listMessages: (chat_id, selection, call) =>
      readPage<Message>(targetOf('listMessages', { chat_id }, { ...selection }), call),
    getMessage: (chat_id, message_id, call) => read<Message>(targetOf('getMessage', { chat_id, message_id }), call),
    editMessage: (chat_id, message_id, body, call) =>
      change<Message>(targetOf('editMessage', { chat_id, message_id }), body, call),
    deleteMessage: (chat_id, message_id, call) => remove(targetOf('deleteMessage', { chat_id, message_id }), call),

    follow: (chat_id, { after, signal } = {}) =>
      follow(connection, { target: targetOf('followChat', { chat_id }, { after }), chatIds: [chat_id], signal }),
    followAll: (chatIds, { after, signal } = {}) =>
      follow(connection, { target: targetOf('followChats', {}, { chat_id: chatIds, after }), chatIds, signal }),
  }
}
