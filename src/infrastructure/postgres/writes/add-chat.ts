import * as E from 'fp-ts/lib/Either.js'
import type { Pool } from 'pg'
import type { Once } from '../../../application/ports/chats.ts'
import * as Chat from '../../../domain/chat/chat.ts'
import type { ChatId } from '../../../domain/identity.ts'
import type { Intent, KeyReused } from '../../../domain/intent.ts'
import type { Database } from '../database/database.ts'
import { prepared } from '../database/statement.ts'

const insert = prepared<[ChatId]>(
  'add-chat',
  `insert into chats (title, created_at, updated_at, last_message_id, revision, changed_at_revision)
   values ($1, $2, $3, $4, $5, $6)
   returning id`,
)

/** Without a key there is nothing to hold together: one prepared statement does. */
const insertAlone = async (pool: Pool, draft: Chat.NewChat): Promise<Chat.Chat> => {
  const { title, createdAt, updatedAt, lastMessageId, revision, changedAtRevision } = Chat.open(draft)(0 as ChatId)
  const [row] = await insert(pool, [title, createdAt, updatedAt, lastMessageId, revision, changedAtRevision])
  return Chat.open(draft)((row as [ChatId])[0])
}

export const addChat = async (
  { orm, pool }: Database,
  draft: Chat.NewChat,
  intent?: Intent,
): Promise<E.Either<KeyReused, Once<Chat.Chat>>> => {
  if (!intent) return E.right({ done: await insertAlone(pool, draft), replayed: false })
  const { addChatOnce } = await import('./add-chat-once.ts')
  return addChatOnce(await orm(), draft, intent)
}
