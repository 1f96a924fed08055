import type { Pool } from 'pg'
import type { UserId } from '../../../domain/caller.ts'
import type * as Chat from '../../../domain/chat/chat.ts'
import type { Member } from '../../../domain/chat/member.ts'
import type { ChatId } from '../../../domain/identity.ts'
import type { Done, Fingerprint, KeptKey } from '../../../domain/intent.ts'
import { type Columns, namesOf, text } from '../database/columns.ts'
import { row, scalar, table } from '../database/parameters.ts'
import { CHAT, CHAT_WIDTH, chatColumns, chatOf, memberColumns, MEMBERSHIP, membershipOf } from '../database/rows.ts'
import { statement } from '../database/statement.ts'
import { inTransaction } from '../database/transaction.ts'

/** Taken from the coordinator: machines that take ids by themselves take them from far apart. */
const nextId = statement(
  'next-chat-id',
  {},
  () => `select nextval('chats_id_seq')`,
  ([id]) => id as ChatId,
)

interface ChatKeyRow {
  readonly idempotencyKey: KeptKey
  readonly fingerprint: Fingerprint
  readonly chatId: ChatId
}
const chatKeyColumns = {
  idempotencyKey: text('idempotency_key'),
  fingerprint: text('fingerprint'),
  chatId: { ...chatColumns.id, name: 'chat_id' },
} satisfies Columns<ChatKeyRow>

const takeKey = statement(
  'take-chat-key',
  { key: row<ChatKeyRow>(chatKeyColumns) },
  ({ key }) => `
    insert into chat_keys (${namesOf(chatKeyColumns)}) values (${Object.values(key).join(', ')})
    on conflict do nothing returning chat_id`,
  ([id]) => id as ChatId,
)

const addChat = statement(
  'add-chat',
  { chat: row<Chat.Chat>(chatColumns) },
  ({ chat }) => `insert into chats (${namesOf(chatColumns)}) values (${Object.values(chat).join(', ')})`,
)

const addFounders = statement('add-founders', { founders: table<Member>(memberColumns) }, ({ founders }, { among }) => {
  const { chatId, ...others } = memberColumns
  return `
      insert into members (${namesOf({ chatId, ...others })})
      select c.id, ${namesOf(others, 'founders')}
      from ${founders.rows} join chats c on c.id = founders.chat_id ${among('c.id', founders.arrays.chatId)}`
})

/** What is to be opened, once it has an id. */
export interface Opening {
  readonly key: Omit<ChatKeyRow, 'chatId'> | undefined
  readonly chat: (id: ChatId) => Chat.Chat
  readonly founders: (chat: Chat.Chat) => readonly Member[]
}

/** Opens the chat in one transaction; undefined, and nothing is done, when its key is taken. */
export const openRouted = (pool: Pool, { key, chat: chatWith, founders: foundersOf }: Opening) =>
  inTransaction(pool, {}, async (client): Promise<Chat.Chat | undefined> => {
    const [chatId] = (await nextId(client, {})) as [ChatId]
    if (key && (await takeKey(client, { key: { ...key, chatId } })).length === 0) return undefined
    const chat = chatWith(chatId)
    await addChat(client, { chat })
    const founders = foundersOf(chat)
    if (founders.length > 0) await addFounders(client, { founders })
    return chat
  })

const findKey = statement(
  'chat-key',
  { key: scalar<KeptKey>('text') },
  ({ key }) => `select fingerprint, chat_id from chat_keys where idempotency_key = ${key}`,
  ([fingerprint, id]) => ({ fingerprint: fingerprint as Fingerprint, id: id as ChatId }),
)

const findChat = statement(
  'chat-seen',
  { id: scalar<ChatId>('bigint'), viewer: scalar<UserId | null>('text') },
  ({ id, viewer }, { orNobody }) => `
    select u.user_id is not null, ${CHAT}, ${MEMBERSHIP}
    from chats c left join members u on u.chat_id = ${id} and u.user_id = ${orNobody(viewer)}
    where c.id = ${id}`,
  (found) => ({
    chat: chatOf(found, 1),
    membership: found[0] === 't' ? membershipOf(found, 1 + CHAT_WIDTH) : undefined,
  }),
)

/** What was opened under the key, wherever key and chat are; undefined when either is gone. */
export const openedUnder = async (pool: Pool, key: KeptKey, viewer: UserId | null) => {
  const [kept] = await findKey(pool, { key })
  const [found] = kept ? await findChat(pool, { id: kept.id, viewer }) : []
  if (!kept || !found) return undefined
  const done: Done<Chat.Chat> = { fingerprint: kept.fingerprint, result: found.chat }
  return { done, membership: found.membership }
}
