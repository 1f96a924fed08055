import { type Migration, Migrator } from '@mikro-orm/migrations'
import { defineConfig } from '@mikro-orm/postgresql'
import type { Connection } from '../sessions/location.ts'
import { migratingSession } from '../sessions/sessions.ts'
import { fileOfMigration, MIGRATIONS } from './migration-names.ts'
import { ApiKeyRow, ChatKeyRow, ChatRow, MemberRow, MessageRow, ReactionRow } from './schema.ts'

type MigrationClass = new (...parameters: ConstructorParameters<typeof Migration>) => Migration

/** Each file exports the class that has its name. */
const loadMigrations = () =>
  Promise.all(
    MIGRATIONS.map(async (name) => {
      const file = (await import(fileOfMigration(name))) as Readonly<Record<string, MigrationClass>>
      const migration = file[name]
      if (!migration) throw new Error(`${name}.ts exports no ${name}`)
      return { name, class: migration }
    }),
  )

const databaseOf = (connection: Connection) => {
  if (!('url' in connection)) return connection.database
  const { pathname, username } = new URL(connection.url)
  return decodeURIComponent(pathname.slice(1) || username)
}

/** Where to connect goes to the driver alone: MikroORM's own reading of a URL drops `host` and `sslmode` of its query. */
export const ormOptions = async (connection: Connection) =>
  defineConfig({
    dbName: databaseOf(connection),
    ensureDatabase: false,
    entities: [ChatRow, MessageRow, ReactionRow, ChatKeyRow, MemberRow, ApiKeyRow],
    extensions: [Migrator],
    // Migrations go one after another.
    pool: { min: 0, max: 1 },
    driverOptions: migratingSession(connection),
    migrations: {
      path: 'migrations',
      snapshot: false,
      silent: true,
      migrationsList: await loadMigrations(),
    },
    schemaGenerator: { disableForeignKeys: false },
    allowGlobalContext: false,
  })
