import type { Pool } from 'pg'
import { type ChatSelection, type Page, readsForwards } from '../../../application/ports/page.ts'
import type { Chat } from '../../../domain/chat/chat.ts'
import { scalar } from '../database/parameters.ts'
import { CHAT, chatOf } from '../database/rows.ts'
import { statement } from '../database/statement.ts'
import { postgresMessages } from './messages.ts'
import { pageOf } from './page-of.ts'
import { postgresPages } from './pages.ts'

/** One direction of a page is one statement: a range of one index, read from the cursor. */
const chatsInOrder = (name: string, order: 'asc' | 'desc') =>
  statement(
    name,
    { before: scalar<number>('bigint'), after: scalar<number>('bigint'), limit: scalar<number>('bigint') },
    ({ before, after, limit }) =>
      `select ${CHAT} from chats c where c.id < ${before} and c.id > ${after} order by c.id ${order} limit ${limit}`,
    chatOf,
  )
const newestChats = chatsInOrder('newest-chats', 'desc')
const oldestChats = chatsInOrder('oldest-chats', 'asc')

/** Each is one prepared statement on any free connection, and one moment in time. */
export const postgresReads = (pool: Pool) => ({
  chats: async (selection: ChatSelection): Promise<Page<Chat>> => {
    const forwards = readsForwards(selection)
    const { limit, before = Number.MAX_SAFE_INTEGER, after = 0 } = selection
    const found = await (forwards ? oldestChats : newestChats)(pool, { limit: limit + 1, before, after })
    return pageOf(found, selection, forwards)
  },

  message: postgresMessages(pool),

  messages: postgresPages(pool),
})
