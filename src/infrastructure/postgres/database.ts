import { MikroORM } from '@mikro-orm/postgresql'
import type { Pool } from 'pg'
import { type Connection, ormOptions, type PoolSettings } from './orm.ts'

/** The ORM and, beneath it, the one pool of connections that everything shares. */
export interface Database {
  readonly orm: MikroORM
  readonly pool: Pool
}

export const openDatabase = async (connection: Connection, pool?: PoolSettings): Promise<Database> => {
  const orm = new MikroORM(ormOptions(connection, pool))
  return { orm, pool: await orm.em.getConnection().getNativeClient() }
}

/** Number of the advisory lock under which servers that start together migrate one after another. */
const MIGRATION_LOCK = 7_301_964

/**
 * Brings the schema up to date. Safe when several servers start at once; each migration happens once.
 * Rejects when the database was migrated by a newer version of the service.
 */
export const migrate = async ({ orm, pool }: Database): Promise<readonly string[]> => {
  const client = await pool.connect()
  try {
    await client.query("set lock_timeout = '60s'; set statement_timeout = '60s'")
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    const known = new Set(orm.config.get('migrations').migrationsList?.map((migration) => migrationName(migration)))
    const unknown = (await orm.migrator.getExecuted()).map(({ name }) => name).filter((name) => !known.has(name))
    if (unknown.length > 0) throw new Error(`the database is newer than this service: it has ${unknown.join(', ')}`)
    return (await orm.migrator.up()).map(({ name }) => name)
  } finally {
    // Ending the session gives the lock back, whatever state it is in.
    client.release(true)
  }
}

const migrationName = (migration: { name: string } | (new (...args: never[]) => unknown)) => migration.name
