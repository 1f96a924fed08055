import type { MikroORM } from '@mikro-orm/postgresql'
import { type ClientBase, Pool } from 'pg'
import { behaviour, type Connection, DEFAULT_POOL, location, type PoolSettings } from './connection.ts'
import { MIGRATIONS } from './migration-names.ts'

export interface Database {
  /** What reads and changes go through. */
  readonly pool: Pool
  /**
   * For migrations. Loaded and connected when first asked for: it is a sixth of the memory and half of the start of a
   * server that has nothing to migrate.
   */
  readonly orm: () => Promise<MikroORM>
  readonly close: () => Promise<void>
}

/** Connections that the ORM has, besides those of the pool: migrations go one after another. */
const ORM_CONNECTIONS = 1

const ignore = () => {}

export const openDatabase = (connection: Connection, settings: PoolSettings = DEFAULT_POOL): Database => {
  const pool = new Pool({
    ...location(connection),
    ...behaviour(settings),
    max: settings.size,
    idleTimeoutMillis: 30_000,
  })
  // A connection that ends takes its statement with it, whose caller is told; nobody else has to know.
  pool.on('error', ignore).on('connect', (client) => client.on('error', ignore))

  let orm: Promise<MikroORM> | undefined
  const openOrm = async () => {
    const [{ MikroORM }, { ormOptions }] = await Promise.all([import('@mikro-orm/postgresql'), import('./orm.ts')])
    return new MikroORM(await ormOptions(connection, { ...settings, size: ORM_CONNECTIONS }))
  }

  return {
    pool,
    orm: () => (orm ??= openOrm()),
    close: async () => {
      await pool.end()
      await (await orm)?.close(true)
    },
  }
}

/** The migrations that the database has; none when it never had one. */
export const executedMigrations = async (client: ClientBase | Pool): Promise<ReadonlySet<string>> => {
  const { rows } = await client.query<{ known: boolean }>(
    `select to_regclass('mikro_orm_migrations') is not null as known`,
  )
  if (!rows[0]?.known) return new Set()
  const executed = await client.query<{ name: string }>('select name from mikro_orm_migrations')
  return new Set(executed.rows.map(({ name }) => name))
}

/** Whether none of ours is missing among them. */
export const isUpToDate = (executed: ReadonlySet<string>): boolean => MIGRATIONS.every((name) => executed.has(name))

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
    const executed = await executedMigrations(client)
    const unknown = [...executed].filter((name) => !MIGRATIONS.some((known) => known === name))
    if (unknown.length > 0) throw new Error(`the database is newer than this service: it has ${unknown.join(', ')}`)
    if (isUpToDate(executed)) return []
    return (await (await orm()).migrator.up()).map(({ name }) => name)
  } finally {
    // Ending the session gives the lock back, whatever state it is in.
    client.release(true)
  }
}
