import * as E from 'fp-ts/lib/Either.js'
import type { ChatNotFound, Chats, MessageNotFound } from '../../application/ports.ts'
import * as Chat from '../../domain/chat.ts'
import type { ChatId, MessageId } from '../../domain/identity.ts'
import { isTombstone, type Message, type Tombstone } from '../../domain/message.ts'
import { select } from './select.ts'

interface Entry {
  readonly chat: Chat.Chat
  /** Message n stands at n − 1: numbers have no gaps. */
  readonly messages: (Message | Tombstone)[]
}

/** Keeps everything in one process. JavaScript runs each step to its end, so every step is atomic. */
export const memoryChats = (): Chats => {
  const entries = new Map<ChatId, Entry>()
  let lastChatId = 0

  const entry = (id: ChatId): E.Either<ChatNotFound, Entry> =>
    E.fromNullable<ChatNotFound>({ kind: 'ChatNotFound', chatId: id })(entries.get(id))

  const present = ({ messages }: Entry, chatId: ChatId, messageId: MessageId): E.Either<MessageNotFound, Message> => {
    const message = messages[messageId - 1]
    return message && !isTombstone(message) ? E.right(message) : E.left({ kind: 'MessageNotFound', chatId, messageId })
  }

  const keep = ({ messages }: Entry, { chat, message }: Chat.Outcome) => {
    if (message) messages[message.id - 1] = message
    entries.set(chat.id, { chat, messages })
  }

  return {
    add: (draft) => async () => {
      const chat = Chat.open(draft)(++lastChatId as ChatId)
      entries.set(chat.id, { chat, messages: [] })
      return E.right(chat)
    },

    find: (id) => async () => E.map(({ chat }: Entry) => chat)(entry(id)),

    list: (selection) => async () =>
      E.right(
        select(
          Array.from(entries.values(), ({ chat }) => chat),
          selection,
        ),
      ),

    change: (id, decide) => async () => {
      const found = entry(id)
      if (E.isLeft(found)) return found
      const decision = decide(found.right.chat)
      if (E.isRight(decision)) keep(found.right, decision.right)
      return decision
    },

    changeMessage: (id, messageId, decide) => async () => {
      const found = entry(id)
      if (E.isLeft(found)) return found
      const message = present(found.right, id, messageId)
      if (E.isLeft(message)) return message
      const decision = decide(found.right.chat, message.right)
      if (E.isRight(decision)) keep(found.right, decision.right)
      return decision
    },

    remove: (id) => async () =>
      entries.delete(id) ? E.right(undefined) : E.left({ kind: 'ChatNotFound', chatId: id }),

    findMessage: (id, messageId) => async () => {
      const found = entry(id)
      return E.isLeft(found) ? found : present(found.right, id, messageId)
    },

    messages: (id, selection) => async () =>
      E.map(({ chat, messages }: Entry) => ({ chat, ...select(messages, selection, isTombstone) }))(entry(id)),
  }
}
