import type { Client } from './client.ts'
import type { Connection } from './connection.ts'
import { followChats } from './follow-chats.ts'
import { followInbox } from './inbox.ts'
import { targetOf } from './operations.ts'
import type { ClientOptions } from './options.ts'
import { passTime } from './patience.ts'
import { requests } from './requests.ts'
import type {
  Chat,
  ChatWithMessages,
  InboxEntry,
  Key,
  MadeKey,
  Member,
  Message,
  OwnReaction,
  Reactor,
  Reading,
  Unread,
} from './schemas.ts'
import { tokensFrom } from './tokens.ts'

/** The header, however it is written, is that of the user acted for. */
const actingFor = (userId: string, headers: Connection['headers']): Connection['headers'] =>
  Object.fromEntries(new Headers({ ...Object.fromEntries(new Headers(headers)), 'on-behalf-of': userId }))

/** A client of the service. Browsers and Node 20 or later; it depends on nothing. */
export const createClient = ({
  baseUrl = '',
  // Not `fetch` itself: browsers refuse to call it as somebody's method.
  fetch = (input, init) => globalThis.fetch(input, init),
  token,
  headers = {},
  attempts = 5,
  timeout = 10_000,
  wait = passTime,
}: ClientOptions = {}): Client => {
  const tokens = tokensFrom(token)
  return clientOf({ baseUrl: baseUrl.replace(/\/$/, ''), fetch, headers, tokens, attempts, timeout, wait })
}

const clientOf = (connection: Connection): Client => {
  const { read, readPage, make, makeOnce, tell, put, ensure, change, remove } = requests(connection)

  return {
    as: (userId) => clientOf({ ...connection, headers: actingFor(userId, connection.headers) }),

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

    addReaction: async (chat_id, message_id, reaction, call) =>
      ensure(targetOf('addReaction', { chat_id, message_id, reaction }), call),
    removeReaction: async (chat_id, message_id, reaction, call) =>
      remove(targetOf('removeReaction', { chat_id, message_id, reaction }), call),
    listReactors: (chat_id, message_id, reaction, selection, call) =>
      readPage<Reactor>(targetOf('listReactors', { chat_id, message_id }, { ...selection, reaction }), call),
    listOwnReactions: async (chat_id, user_id, selection, call) =>
      readPage<OwnReaction>(targetOf('listOwnReactions', { chat_id, user_id }, { ...selection }), call),

    listMembers: (chat_id, selection, call) =>
      readPage<Member>(targetOf('listMembers', { chat_id }, { ...selection }), call),
    getMember: async (chat_id, user_id, call) => read<Member>(targetOf('getMember', { chat_id, user_id }), call),
    putMember: async (chat_id, user_id, body, call) =>
      put<Member>(targetOf('putMember', { chat_id, user_id }), body, call),
    removeMember: async (chat_id, user_id, call) => remove(targetOf('removeMember', { chat_id, user_id }), call),

    follow: (chat_id, { after, signal, onConnection } = {}) =>
      followChats(connection, {
        target: targetOf('followChat', { chat_id }, { after }),
        chatIds: [chat_id],
        tellsOfGone: false,
        signal,
        onConnection,
      }),
    followAll: (chatIds, { after, signal, onConnection } = {}) =>
      followChats(connection, {
        target: targetOf('followChats', {}, { chat_id: chatIds, after }),
        chatIds,
        tellsOfGone: true,
        signal,
        onConnection,
      }),

    getReadMarker: async (chat_id, user_id, call) =>
      read<Reading>(targetOf('getReadMarker', { chat_id, user_id }), call),
    moveReadMarker: async (chat_id, user_id, body, call) =>
      put<Reading>(targetOf('moveReadMarker', { chat_id, user_id }), body, call),
    sendTyping: (chat_id, call) => tell(targetOf('sendTyping', { chat_id }), call),
    getInbox: async (user_id, selection, call) =>
      readPage<InboxEntry>(targetOf('getInbox', { user_id }, { ...selection }), call),
    getUnread: async (user_id, call) => read<Unread>(targetOf('getUnread', { user_id }), call),
    followInbox: (user_id, options = {}) =>
      followInbox(connection, targetOf('followInbox', { user_id }, { after: options.after }), options),

    createKey: (body, call) => makeOnce<MadeKey>(targetOf('createKey'), body, call),
    listKeys: (selection, call) => readPage<Key>(targetOf('listKeys', {}, { ...selection }), call),
    revokeKey: (key_id, call) => remove(targetOf('revokeKey', { key_id }), call),
  }
}
