import type { Pool } from 'pg'
import type { Parts } from '../database/parts.ts'
import { postgresChatPages } from './chats.ts'
import { postgresMembers } from './members.ts'
import { postgresMessages } from './messages.ts'
import { postgresPages } from './pages.ts'

/** Each is one prepared statement on any free connection, and one moment in time. */
export const postgresReads = (pool: Pool, parts?: Parts) => ({
  chats: postgresChatPages(pool),
  members: postgresMembers(pool),
  message: postgresMessages(pool, parts),
  messages: postgresPages(pool, undefined, parts),
})
