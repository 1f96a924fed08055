import { Migrator } from '@mikro-orm/migrations'
import { defineConfig } from '@mikro-orm/postgresql'
import { Migration20261124110000_chats } from '../../../../migrations/Migration20261124110000_chats.ts'
import { Migration20261124120000_idempotency_keys } from '../../../../migrations/Migration20261124120000_idempotency_keys.ts'
import type { Connection } from '../sessions/location.ts'
import { migratingSession } from '../sessions/sessions.ts'
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
export const ormOptions = (connection: Connection) =>
  defineConfig({
    dbName: databaseOf(connection),
    ensureDatabase: false,
    entities: [ChatRow, MessageRow, ChatKeyRow],
    extensions: [Migrator],
    // Migrations go one after another.
    pool: { min: 0, max: 1 },
    driverOptions: migratingSession(connection),
    migrations: {
      path: 'migrations',
      snapshot: false,
      silent: true,
      migrationsList: MIGRATIONS.map((name) => ({ name, class: classes[name] })),
    },
    schemaGenerator: { disableForeignKeys: false },
    allowGlobalContext: false,
  })
