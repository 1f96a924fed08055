import type { Pool } from 'pg'
import { postgresChatPages } from './chats.ts'
import { postgresMembers } from './members.ts'
import { postgresMessages } from './messages.ts'
import { postgresPages } from './pages.ts'

/** Each is one prepared statement on any free connection, and one moment in time. */
export const postgresReads = (pool: Pool) => ({
  chats: postgresChatPages(pool),
  members: postgresMembers(pool),
  message: postgresMessages(pool),
  messages: postgresPages(pool),
})
