import type { ClientBase, Pool } from 'pg'
import { sqlState } from '../database/sql-state.ts'

const UNDEFINED_TABLE = '42P01'

/**
 * The least hash of each shard of the chats, ascending; none where they are in one place. Read once, at the start: a shard that
 * moves to another machine has the same hashes, and after one was split the servers are started again.
 */
export const shardsOfChats = async (session: ClientBase | Pool): Promise<readonly number[]> => {
  try {
    const { rows } = await session.query<{ least: number }>(
      `select shardminvalue::int as least from pg_dist_shard where logicalrelid = to_regclass('chats') order by 1`,
    )
    return rows.map(({ least }) => least)
  } catch (error) {
    // There is no Citus in this database.
    if (sqlState(error) === UNDEFINED_TABLE) return []
    throw error
  }
}
