import { setTimeout as delay } from 'node:timers/promises'
import type { MikroORM } from '@mikro-orm/postgresql'
import type { Pool } from 'pg'
import type { Database } from '../database/database.ts'
import { isLockTimeout, sqlState } from '../database/sql-state.ts'
import { type Session, statement } from '../database/statement.ts'
import { executedMigrations, isUpToDate } from './executed.ts'
import { withMigratingClient } from './migrating-client.ts'
import { underMigrationLock } from './migration-lock.ts'
import { MIGRATIONS } from './migration-names.ts'

type Log = (line: string) => void

/** Milliseconds for which a migration tries to get its locks, and between two tries. */
const LOCK_PATIENCE_MS = 600_000
const LOCK_PAUSE_MS = 1000

/** Milliseconds between two lines about a migration that takes long. */
const REPORT_MS = 5000

const DEADLOCK = '40P01'

const reporting = async (name: string, log: Log, work: () => Promise<unknown>): Promise<void> => {
  const since = performance.now()
  const seconds = () => Math.round((performance.now() - since) / 1000)
  const timer = setInterval(() => log(`still applying ${name}, for ${seconds()} s by now`), REPORT_MS)
  try {
    await work()
  } finally {
    clearInterval(timer)
  }
}

/**
 * In a transaction of its own. A migration that cannot have its locks within a moment is undone and tried again, so that
 * nobody waits for long behind a lock that it waits for.
 */
const apply = async (orm: MikroORM, name: string, log: Log): Promise<void> => {
  log(`applying ${name}`)
  const since = performance.now()
  for (;;) {
    try {
      await reporting(name, log, () => orm.migrator.up({ migrations: [name] }))
      return log(`applied ${name}`)
    } catch (error) {
      if (!isLockTimeout(error) && sqlState(error) !== DEADLOCK) throw error
      if (performance.now() - since > LOCK_PATIENCE_MS)
        throw new Error(`${name} could not lock its tables: end the transactions that hold them, and start again`, {
          cause: error,
        })
      log(`${name} waits for a lock that others hold, and tries again`)
      await delay(LOCK_PAUSE_MS)
    }
  }
}

/** The schema, off the search path, in which the tables are. */
const otherSchemas = statement(
  'other-schemas',
  {},
  () => `
    select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and c.relname in ('mikro_orm_migrations', 'chats', 'messages')
    group by n.nspname having count(*) = 3`,
  ([schema]) => schema as string,
)

/** Rejects when the database was migrated by a newer version of the service, or in a schema that is not looked in. */
const missing = async (client: Session): Promise<readonly string[]> => {
  const executed = await executedMigrations(client)
  const unknown = [...executed].filter((name) => !MIGRATIONS.some((known) => known === name))
  if (unknown.length > 0) throw new Error(`the database is newer than this service: it has ${unknown.join(', ')}`)
  const [elsewhere] = executed.size === 0 ? await otherSchemas(client, {}) : []
  if (elsewhere)
    throw new Error(
      `the tables are in the schema ${elsewhere}, where this service does not look: add options=-c%20search_path%3D${encodeURIComponent(elsewhere)} to the query of DATABASE_URL`,
    )
  return isUpToDate(executed) ? [] : MIGRATIONS.filter((name) => !executed.has(name))
}

/** The lock of a migration lasts as long as its session, and no session lasts behind a pooler. */
const refuseToMigrate = async (pool: Pool): Promise<readonly string[]> => {
  const names = await missing(pool)
  if (names.length > 0)
    throw new Error(
      `the database has to be migrated (${names.join(', ')}), which cannot be done through a pooler: set DATABASE_DIRECT_URL to PostgreSQL itself`,
    )
  return []
}

/**
 * Brings the schema up to date. Safe when several servers start at once; each migration happens once, on a connection
 * that has no deadline, while another one holds the lock.
 */
export const migrate = async ({ orm, migrating, pool }: Database, log: Log = () => {}): Promise<readonly string[]> => {
  if (!migrating) return refuseToMigrate(pool)
  return withMigratingClient(migrating, async (client) => {
    if ((await missing(client)).length === 0) return []
    return underMigrationLock(client, log, async () => {
      const names = await missing(client)
      for (const name of names) {
        // Fails when the session has ended, and with it the lock.
        await client.query('select 1')
        await apply(await orm(), name, log)
      }
      return names
    })
  })
}
