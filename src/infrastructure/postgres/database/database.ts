import type { MikroORM } from '@mikro-orm/postgresql'
import { type ClientConfig, Pool } from 'pg'
import type { Connection } from '../sessions/location.ts'
import { ServingClient } from '../sessions/serving-client.ts'
import { migratingSession, servingSession } from '../sessions/sessions.ts'
import { dropIdleAfterSilence } from '../sessions/silence.ts'

export interface PoolSettings {
  /** Connections at the most. */
  readonly size: number
  /** Milliseconds to wait for a free connection before the caller is told to come back. */
  readonly acquireTimeout: number
}

const DEFAULTS: PoolSettings = { size: 10, acquireTimeout: 2000 }

export interface Database {
  /** What reads and changes go through. */
  readonly pool: Pool
  /** How a connection beside the pool is made, to listen or to migrate on. */
  readonly session: ClientConfig
  readonly migrating: ClientConfig
  /**
   * For migrations. Loaded and connected when first asked for: it is a sixth of the memory and half of the start of a
   * server that has nothing to migrate.
   */
  readonly orm: () => Promise<MikroORM>
  readonly close: () => Promise<void>
}

const ignore = () => {}

export const openDatabase = (connection: Connection, settings: PoolSettings = DEFAULTS): Database => {
  const session = servingSession(connection, settings.acquireTimeout)
  const pool = new Pool({ ...session, Client: ServingClient, max: settings.size, idleTimeoutMillis: 30_000 })
  // A connection that ends takes its statement with it, whose caller is told; nobody else has to know.
  pool.on('error', ignore).on('connect', (client) => client.on('error', ignore))
  dropIdleAfterSilence(pool)

  let orm: Promise<MikroORM> | undefined
  const openOrm = async () => {
    const [{ MikroORM }, { ormOptions }] = await Promise.all([
      import('@mikro-orm/postgresql'),
      import('../migrations/orm.ts'),
    ])
    return new MikroORM(await ormOptions(connection))
  }

  return {
    pool,
    session,
    migrating: migratingSession(connection),
    orm: () => (orm ??= openOrm()),
    close: async () => {
      await pool.end()
      await (await orm)?.close(true)
    },
  }
}
