import type { Client } from 'pg'
import type { Database } from '../database/database.ts'
import { migrate } from '../migrations/migrate.ts'
import { withMigratingClient } from '../migrations/migrating-client.ts'
import { underMigrationLock } from '../migrations/migration-lock.ts'
import { makeFunctions } from './functions.ts'
import { shardsOfChats } from './shards.ts'
import { spreading } from './tables.ts'

type Log = (line: string) => void

/**
 * On each machine, where nobody says how many: what goes to one shard goes together, so with twice as many a group of sends is half
 * as large, and a send costs more. More of them leave room for more machines, as a shard is on one.
 */
const SHARDS_PER_WORKER = 1

/**
 * On the machines no session of ours says how long to wait for a lock: that of the coordinator waits there by this role's word,
 * as long as `sessions/settings.ts` has it.
 */
const patienceOf = (user: string, database: string) =>
  `alter role ${user} in database ${database} set lock_timeout = '250ms'`

const COUNT = `
  select count(*)::int as workers from pg_dist_node where noderole = 'primary' and isactive and shouldhaveshards`

interface DistributeOptions {
  /** In all; by default so many a machine. */
  readonly shards?: number | undefined
  /** Brings the database up to date before; a test that asks what becomes of later migrations does without. */
  readonly bringUpToDate?: (database: Database, log: Log) => Promise<unknown>
}

const workersOf = async (client: Client): Promise<number> => {
  const { rows } = await client.query<{ there: boolean }>(
    `select exists (select from pg_extension where extname = 'citus') as there`,
  )
  if (!rows[0]?.there)
    throw new Error(
      'the database has no Citus: create extension citus there, on a server that preloads it, and name its workers with citus_add_node',
    )
  return (await client.query<{ workers: number }>(COUNT)).rows[0]?.workers ?? 0
}

const spread = async (client: Client, log: Log, wanted: number | undefined): Promise<void> => {
  const workers = await workersOf(client)
  const shards = wanted ?? SHARDS_PER_WORKER * workers
  if (workers === 0) throw new Error('Citus knows no machine to spread over: name one with citus_add_node')
  const { rows } = await client.query<{ user: string; database: string }>(
    'select quote_ident(current_user) as user, quote_ident(current_database()) as database',
  )
  const [{ user, database }] = rows as [{ user: string; database: string }]
  await client.query('begin')
  try {
    // Shards of tables that refer to each other are made over one connection to each machine.
    await client.query(`set local citus.multi_shard_modify_mode = 'sequential'; set local lock_timeout = 0`)
    for (const statement of spreading(shards)) await client.query(statement)
    await client.query(patienceOf(user, database))
    await makeFunctions(client)
    await client.query('commit')
  } catch (error) {
    await client.query('rollback').catch(() => {})
    throw error
  }
  log(`spread over ${shards} shards on ${workers} ${workers === 1 ? 'machine' : 'machines'}`)
}

/**
 * Spreads a migrated database over the machines of its Citus cluster, with all that is in it: in one transaction, while nobody
 * migrates. Nobody may serve from it meanwhile, nor go on as before afterwards: servers find out at their start. Does nothing
 * when that was done before. Returns whether it was done now.
 */
export const distribute = async (
  database: Database,
  log: Log = () => {},
  { shards, bringUpToDate = migrate }: DistributeOptions = {},
): Promise<boolean> => {
  const { migrating } = database
  if (!migrating)
    throw new Error('tables cannot be spread through a pooler: set DATABASE_DIRECT_URL to PostgreSQL itself')
  await bringUpToDate(database, log)
  return withMigratingClient(migrating, (client) =>
    underMigrationLock(client, log, async () => {
      if ((await shardsOfChats(client)).length > 0) return false
      await spread(client, log, shards)
      return true
    }),
  )
}
