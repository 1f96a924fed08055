import type { ClientBase } from 'pg'
import { MIGRATIONS } from './migration-names.ts'

/** The migrations that the database has; none when it never had one. */
export const executedMigrations = async (client: Pick<ClientBase, 'query'>): Promise<ReadonlySet<string>> => {
  const { rows } = await client.query<{ known: boolean }>(
    `select to_regclass('mikro_orm_migrations') is not null as known`,
  )
  if (!rows[0]?.known) return new Set()
  const executed = await client.query<{ name: string }>('select name from mikro_orm_migrations')
  return new Set(executed.rows.map(({ name }) => name))
}

/** Whether none of ours is missing among them. */
export const isUpToDate = (executed: ReadonlySet<string>): boolean => MIGRATIONS.every((name) => executed.has(name))
