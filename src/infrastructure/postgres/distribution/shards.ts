import type { ClientBase, Pool } from 'pg'
import type { ShardOfChats } from '../database/parts.ts'
import { type Shard, TABLES, type Tables } from '../database/shard-statement.ts'

/**
 * The shards of the chats, ascending by their hashes; none where they are in one place.
 */
export const shardsOfChats = async (session: ClientBase | Pool): Promise<readonly ShardOfChats[]> => {
  const { rows: found } = await session.query<{ citus: boolean }>(
    `select to_regclass('pg_catalog.pg_dist_shard') is not null as citus`,
  )
  if (!found[0]?.citus) return []
  const { rows } = await session.query<ShardOfChats>(
    `select shardid::int as id, shardminvalue::int as least from pg_dist_shard where logicalrelid = to_regclass('chats') order by least`,
  )
  return rows
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
