import type { Ask } from '../../../application/ports/chats.ts'
import type { Chat } from '../../../domain/chat/chat.ts'
import type { Posting } from '../../../domain/chat/message.ts'
import type { ChatId } from '../../../domain/identity.ts'
import type { Done, Fingerprint, KeptKey } from '../../../domain/intent.ts'
import { namesOf, readerOf } from '../database/columns.ts'
import { list, scalar, table } from '../database/parameters.ts'
import {
  CHAT,
  chatOf,
  type KeyAddress,
  keyAddressColumns,
  MESSAGE,
  type MessageAddress,
  messageAddressColumns,
  messageOf,
  postingColumns,
} from '../database/rows.ts'
import { type Session, statement } from '../database/statement.ts'
import type { Drafts } from './draft.ts'

const findChats = statement(
  'chats-by-id',
  { ids: list<ChatId>('bigint') },
  ({ ids }) => `select ${CHAT} from chats c where c.id = any(${ids})`,
  chatOf,
)

const lockChat = statement(
  'chat-locked',
  { id: scalar<ChatId>('bigint') },
  ({ id }) => `select ${CHAT} from chats c where c.id = ${id} for update`,
  chatOf,
)

const findFree = statement(
  'free-chats',
  { ids: list<ChatId>('bigint') },
  ({ ids }, { among }) => `
    with free as materialized (select id from chats where id = any(${ids}) for no key update skip locked)
    select asked.id
    from unnest(${ids}) asked (id)
    where asked.id in (select id from free) or not exists (
      select from chats c where c.id = asked.id ${among('c.id', ids)}
    )`,
  ([id]) => id as ChatId,
)

const findMessages = statement(
  'messages-by-id',
  { wanted: table<MessageAddress>(messageAddressColumns) },
  ({ wanted }, { among }) =>
    `select ${MESSAGE}
     from ${wanted.rows} join messages m on m.chat_id = wanted.chat_id and m.id = wanted.id
     where m.deleted_at is null ${among('m.chat_id', wanted.arrays.chatId)}`,
  messageOf,
)

const postingOf = readerOf<Posting>(postingColumns)

const findDone = statement(
  'messages-by-key',
  { wanted: table<KeyAddress>(keyAddressColumns) },
  ({ wanted }, { among }) =>
    `select m.idempotency_key, m.fingerprint, ${namesOf(postingColumns, 'm')}
     from ${wanted.rows}
     join messages m on m.chat_id = wanted.chat_id and m.idempotency_key = wanted.idempotency_key
       ${among('m.chat_id', wanted.arrays.chatId)}`,
  (row): { key: KeptKey; done: Done<Posting> } => ({
    key: row[0] as KeptKey,
    done: { fingerprint: row[1] as Fingerprint, result: postingOf(row, 2) },
  }),
)

export const chatsById = (session: Session, ids: readonly ChatId[]): Promise<readonly Chat[]> =>
  findChats(session, { ids })

/** The chat, which nobody else changes until the transaction of this session ends. */
export const lockedChat = async (session: Session, id: ChatId): Promise<Chat | undefined> =>
  (await lockChat(session, { id }))[0]

/** Which of the chats no transaction holds now, or are gone. */
export const freeChats = async (session: Session, ids: readonly ChatId[]): Promise<ReadonlySet<ChatId>> =>
  new Set(await findFree(session, { ids }))

/** Adds the messages that are asked for to the drafts. Never before the chats were looked up. */
export const addMessages = async (session: Session, drafts: Drafts, asks: readonly Ask[]): Promise<void> => {
  const wanted = asks.flatMap(({ chatId, messageId, replyTo }) =>
    [messageId, replyTo].flatMap((id) => (id !== undefined && drafts.has(chatId) ? [{ chatId, id }] : [])),
  )
  if (wanted.length === 0) return
  for (const message of await findMessages(session, { wanted }))
    drafts.get(message.chatId)?.messages.set(message.id, message)
}

/** Adds what was done under the keys of the asks to the drafts. Never before the chats were looked up. */
export const addDone = async (session: Session, drafts: Drafts, asks: readonly Ask[]): Promise<void> => {
  const wanted = asks.flatMap(({ chatId, intent }) =>
    intent && drafts.has(chatId) ? [{ chatId, idempotencyKey: intent.keptKey }] : [],
  )
  if (wanted.length === 0) return
  for (const { key, done } of await findDone(session, { wanted })) drafts.get(done.result.chatId)?.done.set(key, done)
}
