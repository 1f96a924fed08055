import type { ClientBase, Pool } from 'pg'
import type { Database } from '../database/database.ts'
import type { ShardFunction } from '../database/shard-statement.ts'
import { withMigratingClient } from '../migrations/migrating-client.ts'
import { underMigrationLock } from '../migrations/migration-lock.ts'
import { READ_ON_MACHINES } from '../reads/on-machines.ts'
import { WRITTEN_ON_MACHINES } from '../writes/on-machines.ts'
import { tablesOfShards } from './shards.ts'

const ON_MACHINES = [...READ_ON_MACHINES, ...WRITTEN_ON_MACHINES]

type Log = (line: string) => void

interface Wanted extends ShardFunction {
  readonly written: string
  readonly isBesideChats: boolean
}

/** As they are there, and whether each is done where its chat is. */
const FOUND = `
  select p.proname as name, p.prosrc as written, exists (
    select from pg_dist_object o join pg_dist_partition c using (colocationid)
    where o.classid = 'pg_proc'::regclass and o.objid = p.oid and c.logicalrelid = 'chats'::regclass
  ) as "isBesideChats"
  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
  where p.proname = any($1) and n.nspname = current_schema()`

/** Those that are not there, or are meant for other shards. */
const wanting = async (session: ClientBase | Pool): Promise<readonly Wanted[]> => {
  const shards = await tablesOfShards(session)
  const { rows } = await session.query<Pick<Wanted, 'name' | 'written' | 'isBesideChats'>>(FOUND, [
    ON_MACHINES.map(({ name }) => name),
  ])
  const found = new Map(rows.map((row) => [row.name, row]))
  return ON_MACHINES.flatMap((one) => {
    const written = one.body(shards)
    const { isBesideChats = false, written: before } = found.get(one.name) ?? {}
    return isBesideChats && before === written ? [] : [{ ...one, written, isBesideChats }]
  })
}

/** Makes, on every machine, the functions that this version calls there. In the transaction of whoever asks for it. */
export const makeFunctions = async (client: ClientBase): Promise<void> => {
  for (const { declaration, written, signature, isBesideChats } of await wanting(client)) {
    await client.query(`${declaration} as $function$${written}$function$`)
    if (!isBesideChats)
      await client.query(
        `select create_distributed_function($1, '_chat', colocate_with => 'chats', force_delegation => true)`,
        [signature],
      )
  }
}

/**
 * The same at the start of a server, which may be the first of its version, or since a shard was split. What is there, and was made
 * for other shards, does until it can be made anew.
 */
export const ensureFunctions = async ({ pool, migrating }: Database, log: Log): Promise<void> => {
  const wanted = await wanting(pool)
  if (wanted.length === 0) return
  if (!migrating)
    throw new Error(
      'functions have to be made on the machines of the cluster, which cannot be done through a pooler: set DATABASE_DIRECT_URL to the coordinator itself',
    )
  await withMigratingClient(migrating, async (client) => {
    try {
      await underMigrationLock(client, log, async () => {
        await client.query('begin')
        await makeFunctions(client)
        await client.query('commit')
      })
    } catch (error) {
      if (!wanted.every(({ isBesideChats }) => isBesideChats)) throw error
      log(
        `what is written to shards that were split is planned each time, until a server is started again: ${String(error)}`,
      )
    }
  })
}
