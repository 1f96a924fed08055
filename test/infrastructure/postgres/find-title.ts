import type { ChatId } from '../../../src/domain/identity.ts'
import { scalar } from '../../../src/infrastructure/postgres/database/parameters.ts'
import { shardStatement } from '../../../src/infrastructure/postgres/database/shard-statement.ts'

/** A statement about one chat that is as plain as may be, and never run. */
export const find = shardStatement(
  'find',
  { id: scalar<ChatId>('bigint') },
  { chatOf: ({ id }) => id, isReading: true },
  ({ id }, { chats, members }) => `select title from ${chats} join ${members} where id = ${id}`,
  ['text'],
  ([title]) => title as string,
)
