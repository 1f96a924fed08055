import type { ShardFunction } from '../database/shard-statement.ts'
import { everything } from './write-everything.ts'
import { sends } from './write-statements.ts'

/** What is written where chats are spread, as functions that each machine has. */
export const WRITTEN_ON_MACHINES: readonly ShardFunction[] = [...sends, ...everything].map(
  ({ onMachines }) => onMachines,
)
