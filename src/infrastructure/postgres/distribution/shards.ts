import type { ClientBase, Pool } from 'pg'

/**
 * The least hash of each shard of the chats, ascending; none where they are in one place. Read once, at the start: a shard that
 * moves to another machine has the same hashes, and after one was split the servers are started again.
 */
export const shardsOfChats = async (session: ClientBase | Pool): Promise<readonly number[]> => {
  const { rows: found } = await session.query<{ citus: boolean }>(
    `select to_regclass('pg_catalog.pg_dist_shard') is not null as citus`,
  )
  if (!found[0]?.citus) return []
  const { rows } = await session.query<{ least: number }>(
    `select shardminvalue::int as least from pg_dist_shard where logicalrelid = to_regclass('chats') order by 1`,
  )
  return rows.map(({ least }) => least)
}
