import type { Pool } from 'pg'
import { postgresChatPages } from './chats.ts'
import { postgresMessages } from './messages.ts'
import { postgresPages } from './pages.ts'

/** Each is one prepared statement on any free connection, and one moment in time. */
export const postgresReads = (pool: Pool) => ({
  chats: postgresChatPages(pool),
  message: postgresMessages(pool),
  messages: postgresPages(pool),
})
