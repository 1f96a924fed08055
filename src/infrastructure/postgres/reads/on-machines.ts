import type { ShardFunction } from '../database/shard-statement.ts'
import { messageStatements } from './messages.ts'
import { pageStatements } from './page-statement.ts'

/** What is read where chats are spread, as functions that each machine has. */
export const READ_ON_MACHINES: readonly ShardFunction[] = [...pageStatements, ...messageStatements].map(
  ({ onMachines }) => onMachines,
)
