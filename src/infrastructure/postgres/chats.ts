import { LockMode, type SqlEntityManager } from '@mikro-orm/postgresql'
import * as E from 'fp-ts/lib/Either.js'
import type { ChatNotFound, Chats, MessageNotFound, Once, Posting } from '../../application/ports.ts'
import * as Chat from '../../domain/chat.ts'
import type { ChatId, MessageId } from '../../domain/identity.ts'
import type { Intent, KeyReused } from '../../domain/intent.ts'
import { isTombstone, type Message } from '../../domain/message.ts'
import { attempt } from './attempt.ts'
import { addChat } from './add-chat.ts'
import type { Database } from './database.ts'
import { findPosting } from './keys.ts'
import { fromIntent, fromMessage, toChat, toMessage, toPosting } from './mapping.ts'
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

  const keep = async (em: SqlEntityManager, before: Chat.Chat, { chat, message }: Chat.Outcome, intent?: Intent) => {
    if (chat.revision === before.revision) return
    await em.nativeUpdate(ChatRow, { id: chat.id }, chat)
    if (!message) return
    if (chat.lastMessageId !== before.lastMessageId)
      await em.insert(MessageRow, { ...fromMessage(message), ...fromIntent(intent, message) })
    else await em.nativeUpdate(MessageRow, { chatId: chat.id, id: message.id }, fromMessage(message))
  }

  return {
    add: (draft, intent) => attempt(() => addChat(orm.em.fork(), draft, intent)),

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

    post: <Refused>(id: ChatId, decide: (chat: Chat.Chat) => E.Either<Refused, Chat.Posted>, intent?: Intent) =>
      locked<Refused | KeyReused, Once<Posting>>(id, async (em, chat) => {
        const earlier = intent && (await findPosting(em, id, intent))
        if (earlier) return E.map((done: Posting) => ({ done, replayed: true }))(earlier)
        const decision = decide(chat)
        if (E.isLeft(decision)) return decision
        await keep(em, chat, decision.right, intent)
        return E.right({ done: toPosting(decision.right.message), replayed: false })
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

    remove: (id, decide) =>
      locked(id, async (em, chat) => {
        const decision = decide(chat)
        if (E.isRight(decision)) await em.nativeDelete(ChatRow, { id })
        return decision
      }),

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
