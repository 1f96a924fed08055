import { Migrator } from '@mikro-orm/migrations'
import { defineConfig, type Options } from '@mikro-orm/postgresql'
import { Migration20261124110000_chats } from '../../../migrations/Migration20261124110000_chats.ts'
import { Migration20261124120000_idempotency_keys } from '../../../migrations/Migration20261124120000_idempotency_keys.ts'
import { behaviour, type Connection, DEFAULT_POOL, LONG_LOCK_TIMEOUT_MS, type PoolSettings } from './connection.ts'
import { type MigrationName, MIGRATIONS } from './migration-names.ts'
import { ChatKeyRow, ChatRow, MessageRow } from './schema.ts'

const classes: Readonly<Record<MigrationName, typeof Migration20261124110000_chats>> = {
  Migration20261124110000_chats,
  Migration20261124120000_idempotency_keys,
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

export const ormOptions = (connection: Connection, pool: PoolSettings = DEFAULT_POOL) => {
  const { driverOptions, ...where } = location(connection)
  return defineConfig({
    ...where,
    ensureDatabase: false,
    entities: [ChatRow, MessageRow, ChatKeyRow],
    extensions: [Migrator],
    pool: { min: 0, max: pool.size, idleTimeoutMillis: 30_000 },
    driverOptions: { ...driverOptions, ...behaviour(pool), lock_timeout: LONG_LOCK_TIMEOUT_MS },
    migrations: {
      path: 'migrations',
      snapshot: false,
      silent: true,
      migrationsList: MIGRATIONS.map((name) => ({ name, class: classes[name] })),
    },
    schemaGenerator: { disableForeignKeys: false },
    allowGlobalContext: false,
  })
}
