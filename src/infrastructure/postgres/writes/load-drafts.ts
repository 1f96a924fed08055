import type { PoolClient } from 'pg'
import type { Chat } from '../../../domain/chat/chat.ts'
import type { ChatId, MessageId, Revision } from '../../../domain/identity.ts'
import type { Fingerprint, IdempotencyKey } from '../../../domain/intent.ts'
import { CHAT, type ChatColumns, chatOf, MESSAGE, type MessageColumns, messageOf } from '../database/rows.ts'
import type { Draft } from './draft.ts'
import type { Member } from './pending-change.ts'
import { type Connection, plain, prepared } from '../database/statement.ts'

const chatRows = prepared<ChatColumns>('chats-by-id', `select ${CHAT} from chats c where c.id = any($1::bigint[])`)
const lockedRows = prepared<ChatColumns>('chat-locked', `select ${CHAT} from chats c where c.id = $1 for update`)
const messageRows = prepared<[ChatId, ...MessageColumns]>(
  'messages-by-id',
  `select m.chat_id, ${MESSAGE}
   from unnest($1::bigint[], $2::bigint[]) wanted (chat_id, id)
   join messages m on m.chat_id = wanted.chat_id and m.id = wanted.id
   where m.deleted_at is null`,
)
// Of a message that was edited or deleted since, its revision is no longer the one it was posted with.
const postingRows = prepared<[ChatId, IdempotencyKey, Fingerprint, MessageId, Date, Revision]>(
  'messages-by-key',
  `select m.chat_id, m.idempotency_key, m.fingerprint, m.id, m.created_at, coalesce(m.posted_revision, m.revision)
   from unnest($1::bigint[], $2::text[]) wanted (chat_id, idempotency_key)
   join messages m on m.chat_id = wanted.chat_id and m.idempotency_key = wanted.idempotency_key`,
)

export const chatsById = async (db: Connection, ids: readonly ChatId[]): Promise<readonly Chat[]> =>
  (await chatRows(db, [plain(ids)])).map(chatOf)

/** The chat, which nobody else changes until the transaction of this connection ends. */
export const lockedChat = async (client: PoolClient, id: ChatId): Promise<Chat | undefined> =>
  (await lockedRows(client, [id])).map(chatOf)[0]

type Drafts = ReadonlyMap<ChatId, Draft>

/** Adds the messages that the members ask for to the drafts. Never before the chats were looked up. */
export const addMessages = async (db: Connection, drafts: Drafts, members: readonly Member[]): Promise<void> => {
  const asking = members.filter(({ chatId, messageId }) => messageId !== undefined && drafts.has(chatId))
  if (asking.length === 0) return
  const wanted = [asking.map(({ chatId }) => chatId), asking.map(({ messageId }) => messageId)]
  for (const [chatId, ...columns] of await messageRows(db, wanted))
    drafts.get(chatId)?.messages.set(columns[0], messageOf(chatId, columns))
}

/** Adds what was done under the members' keys to the drafts. Never before the chats were looked up. */
export const addDone = async (db: Connection, drafts: Drafts, members: readonly Member[]): Promise<void> => {
  const asking = members.filter(({ chatId, intent }) => intent !== undefined && drafts.has(chatId))
  if (asking.length === 0) return
  const wanted = [asking.map(({ chatId }) => chatId), asking.map(({ intent }) => intent?.key)]
  for (const [chatId, key, fingerprint, id, createdAt, revision] of await postingRows(db, wanted))
    drafts.get(chatId)?.done.set(key, { fingerprint, posting: { chatId, id, createdAt, revision } })
}
