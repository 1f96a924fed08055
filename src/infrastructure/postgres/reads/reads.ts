import type { Pool } from 'pg'
import type { ChatSelection, Page } from '../../../application/ports/page.ts'
import type { Chat } from '../../../domain/chat/chat.ts'
import type { ChatId, MessageId } from '../../../domain/identity.ts'
import type { Message } from '../../../domain/chat/message.ts'
import { CHAT, type ChatColumns, chatOf, MESSAGE, type MessageColumns, messageOf } from '../database/rows.ts'
import { goesForwards, pageOf, postgresPages } from './pages.ts'
import { prepared } from '../database/statement.ts'

const chatRow = prepared<ChatColumns>('chat', `select ${CHAT} from chats c where c.id = $1`)

/** One direction of a page is one statement: a range of one index, read from the cursor. */
const newestChats = prepared<ChatColumns>(
  'newest-chats',
  `select ${CHAT} from chats c where c.id < $2 and c.id > $3 order by c.id desc limit $1`,
)
const oldestChats = prepared<ChatColumns>(
  'oldest-chats',
  `select ${CHAT} from chats c where c.id > $3 and c.id < $2 order by c.id limit $1`,
)

const messageRow = prepared<MessageColumns | [null]>(
  'message',
  `select ${MESSAGE}
   from chats c left join messages m on m.chat_id = c.id and m.id = $2 and m.deleted_at is null
   where c.id = $1`,
)

/** Reads past the unit of work: each is one prepared statement on any free connection, and one moment in time. */
export const postgresReads = (pool: Pool) => ({
  chat: async (id: ChatId): Promise<Chat | undefined> => {
    const [row] = await chatRow(pool, [id])
    return row && chatOf(row)
  },

  chats: async (selection: ChatSelection): Promise<Page<Chat>> => {
    const forwards = goesForwards(selection)
    const { limit, before = Number.MAX_SAFE_INTEGER, after = 0 } = selection
    const found = await (forwards ? oldestChats : newestChats)(pool, [limit + 1, before, after])
    return pageOf(found.map(chatOf), selection, forwards)
  },

  message: async (id: ChatId, messageId: MessageId): Promise<Message | null | undefined> => {
    const [row] = await messageRow(pool, [id, messageId])
    return row && (row[0] === null ? null : messageOf(id, row))
  },

  messages: postgresPages(pool),
})
