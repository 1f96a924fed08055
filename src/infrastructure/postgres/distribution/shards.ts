import type { ClientBase, Pool } from 'pg'
import { type Shard, TABLES, type Tables } from '../database/shard-statement.ts'

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

/** The same shards, by the names that their tables have on their machines, wherever that is. */
export const tablesOfShards = async (session: ClientBase | Pool): Promise<readonly Shard[]> => {
  const { rows } = await session.query<{ id: string; tables: Tables }>(
    `select max(shardid) filter (where logicalrelid = 'chats'::regclass) as id,
       json_object_agg(logicalrelid, shard_name(logicalrelid, shardid)) as tables
     from pg_dist_shard where logicalrelid = any($1::regclass[])
     group by shardminvalue order by shardminvalue::int`,
    [TABLES],
  )
  return rows.map(({ id, tables }) => ({ id: Number(id), tables }))
}
