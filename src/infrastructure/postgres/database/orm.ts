import { Migrator } from '@mikro-orm/migrations'
import { defineConfig } from '@mikro-orm/postgresql'
import { Migration20261124110000_chats } from '../../../../migrations/Migration20261124110000_chats.ts'
import { Migration20261124120000_idempotency_keys } from '../../../../migrations/Migration20261124120000_idempotency_keys.ts'
import {
  behaviour,
  type Connection,
  DEFAULT_POOL,
  location,
  LONG_LOCK_TIMEOUT_MS,
  type PoolSettings,
} from './connection.ts'
import { type MigrationName, MIGRATIONS } from './migration-names.ts'
import { ChatKeyRow, ChatRow, MessageRow } from './schema.ts'

const classes: Readonly<Record<MigrationName, typeof Migration20261124110000_chats>> = {
  Migration20261124110000_chats,
  Migration20261124120000_idempotency_keys,
}

const databaseOf = (connection: Connection) => {
  if (!('url' in connection)) return connection.database
  const { pathname, username } = new URL(connection.url)
  return decodeURIComponent(pathname.slice(1) || username)
}

/** Where to connect goes to the driver alone: MikroORM's own reading of a URL drops `host` and `sslmode` of its query. */
export const ormOptions = (connection: Connection, pool: PoolSettings = DEFAULT_POOL) =>
  defineConfig({
    dbName: databaseOf(connection),
    ensureDatabase: false,
    entities: [ChatRow, MessageRow, ChatKeyRow],
    extensions: [Migrator],
    pool: { min: 0, max: pool.size, idleTimeoutMillis: 30_000 },
    driverOptions: { ...location(connection), ...behaviour(pool), lock_timeout: LONG_LOCK_TIMEOUT_MS },
    migrations: {
      path: 'migrations',
      snapshot: false,
      silent: true,
      migrationsList: MIGRATIONS.map((name) => ({ name, class: classes[name] })),
    },
    schemaGenerator: { disableForeignKeys: false },
    allowGlobalContext: false,
  })
