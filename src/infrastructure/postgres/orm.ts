import { Migrator } from '@mikro-orm/migrations'
import { defineConfig, type Options } from '@mikro-orm/postgresql'
import { Migration20261124110000_chats } from '../../../migrations/Migration20261124110000_chats.ts'
import { Migration20261124120000_idempotency_keys } from '../../../migrations/Migration20261124120000_idempotency_keys.ts'
import { ChatKeyRow, ChatRow, MessageRow } from './schema.ts'

/** In the order in which they are applied. */
const migrations = [Migration20261124110000_chats, Migration20261124120000_idempotency_keys]

/** Where the database is: a URL, or the parts of one (`host` may be the folder of a Unix socket). */
export type Connection =
  | { readonly url: string }
  | {
      readonly host: string
      readonly port: number
      readonly user: string
      readonly password?: string | undefined
      readonly database: string
    }

export interface PoolSettings {
  /** Connections at the most. */
  readonly size: number
  /** Milliseconds to wait for a free connection before the caller is told to come back. */
  readonly acquireTimeout: number
}

/** The URL goes to the driver whole: MikroORM's own reading of it drops the query, `host` and `sslmode` among it. */
const location = (connection: Connection): Options =>
  'url' in connection
    ? { dbName: databaseOf(connection.url), driverOptions: { connectionString: connection.url } }
    : {
        host: connection.host,
        port: connection.port,
        user: connection.user,
        dbName: connection.database,
        ...(connection.password === undefined ? {} : { password: connection.password }),
      }

const databaseOf = (url: string) => {
  const { pathname, username } = new URL(url)
  return decodeURIComponent(pathname.slice(1) || username)
}

/** The server gives up on a statement, a lock or an idle transaction before its client loses patience. */
export const ormOptions = (connection: Connection, pool: PoolSettings = { size: 10, acquireTimeout: 2000 }) => {
  const { driverOptions, ...where } = location(connection)
  return defineConfig({
    ...where,
    ensureDatabase: false,
    entities: [ChatRow, MessageRow, ChatKeyRow],
    extensions: [Migrator],
    pool: { min: 0, max: pool.size, idleTimeoutMillis: 30_000 },
    driverOptions: {
      ...driverOptions,
      application_name: 'messenger-api',
      connectionTimeoutMillis: pool.acquireTimeout,
      statement_timeout: 5000,
      lock_timeout: 2000,
      idle_in_transaction_session_timeout: 5000,
      query_timeout: 6000,
      keepAlive: true,
      // Our statements are few and each has one good plan, whatever its values: planning again would cost more.
      options: '-c timezone=UTC -c plan_cache_mode=force_generic_plan',
    },
    migrations: {
      path: 'migrations',
      snapshot: false,
      silent: true,
      migrationsList: migrations.map((migration) => ({ name: migration.name, class: migration })),
    },
    schemaGenerator: { disableForeignKeys: false },
    allowGlobalContext: false,
  })
}
