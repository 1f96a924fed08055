import { LockMode, type SqlEntityManager } from '@mikro-orm/postgresql'
import * as E from 'fp-ts/lib/Either.js'
import type { ChatNotFound, Chats, MessageNotFound } from '../../application/ports.ts'
import * as Chat from '../../domain/chat.ts'
import type { ChatId, MessageId } from '../../domain/identity.ts'
import { isTombstone, type Message } from '../../domain/message.ts'
import { attempt } from './attempt.ts'
import type { Database } from './database.ts'
import { fromMessage, toChat, toMessage } from './mapping.ts'
import { postgresReads } from './reads.ts'
import { ChatRow, MessageRow } from './schema.ts'

const chatNotFound = (chatId: ChatId) => E.left<ChatNotFound>({ kind: 'ChatNotFound', chatId })
const messageNotFound = (chatId: ChatId, messageId: MessageId) =>
  E.left<MessageNotFound>({ kind: 'MessageNotFound', chatId, messageId })

/** Every change works on its own fork, so no identity map outlives a request. */
export const postgresChats = ({ orm, pool }: Database): Chats => {
  const read = postgresReads(pool)

  /** Runs the work with the chat's row locked: changes of one chat wait here for one another. */
  const locked = <Refused, A>(
    id: ChatId,
    work: (em: SqlEntityManager, chat: Chat.Chat) => Promise<E.Either<Refused, A>>,
  ) =>
    attempt<Refused | ChatNotFound, A>(() =>
      orm.em.fork().transactional(async (em) => {
        const row = await em.findOne(ChatRow, { id }, { lockMode: LockMode.PESSIMISTIC_WRITE, refresh: true })
        return row ? work(em, toChat(row)) : chatNotFound(id)
      }),
    )

  const keep = async (em: SqlEntityManager, before: Chat.Chat, { chat, message }: Chat.Outcome) => {
    if (chat.revision === before.revision) return
    await em.nativeUpdate(ChatRow, { id: chat.id }, chat)
    if (!message) return
    if (chat.lastMessageId !== before.lastMessageId) await em.insert(MessageRow, fromMessage(message))
    else await em.nativeUpdate(MessageRow, { chatId: chat.id, id: message.id }, fromMessage(message))
  }

  return {
    add: (draft) =>
      attempt(async () => {
        const { id: _, ...row } = Chat.open(draft)(0 as ChatId)
        const id = Number(await orm.em.fork().insert(ChatRow, row)) as ChatId
        return E.right(Chat.open(draft)(id))
      }),

    find: (id) =>
      attempt(async () => {
        const chat = await read.chat(id)
        return chat ? E.right(chat) : chatNotFound(id)
      }),

    list: (selection) => attempt(async () => E.right(await read.chats(selection))),

    change: (id, decide) =>
      locked(id, async (em, chat) => {
        const decision = decide(chat)
        if (E.isRight(decision)) await keep(em, chat, decision.right)
        return decision
      }),

    changeMessage: <Refused, A extends Chat.Outcome>(
      id: ChatId,
      messageId: MessageId,
      decide: (chat: Chat.Chat, message: Message) => E.Either<Refused, A>,
    ) =>
      locked<Refused | MessageNotFound, A>(id, async (em, chat) => {
        const row = await em.findOne(MessageRow, { chatId: id, id: messageId })
        const message = row && toMessage(row)
        if (!message || isTombstone(message)) return messageNotFound(id, messageId)
        const decision = decide(chat, message)
        if (E.isRight(decision)) await keep(em, chat, decision.right)
        return decision
      }),

    remove: (id) =>
      attempt(async () =>
        (await orm.em.fork().nativeDelete(ChatRow, { id })) > 0 ? E.right(undefined) : chatNotFound(id),
      ),

    findMessage: (id, messageId) =>
      attempt(async () => {
        const message = await read.message(id, messageId)
        if (message === undefined) return chatNotFound(id)
        return message ? E.right(message) : messageNotFound(id, messageId)
      }),

    messages: (id, selection) =>
      attempt(async () => {
        const page = await read.messages(id, selection)
        return page ? E.right(page) : chatNotFound(id)
      }),
  }
}
