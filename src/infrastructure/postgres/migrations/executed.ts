import { sqlState } from '../database/sql-state.ts'
import { type Session, statement } from '../database/statement.ts'
import { MIGRATIONS } from './migration-names.ts'

const findExecuted = statement(
  'executed-migrations',
  {},
  () => 'select name from mikro_orm_migrations',
  ([name]) => name as string,
)

const UNDEFINED_TABLE = '42P01'

/** The migrations that the database has; none when it never had one. */
export const executedMigrations = async (session: Session): Promise<ReadonlySet<string>> => {
  try {
    return new Set(await findExecuted(session, {}))
  } catch (error) {
    if (sqlState(error) === UNDEFINED_TABLE) return new Set()
    throw error
  }
}

/** Whether none of ours is missing among them. */
export const isUpToDate = (executed: ReadonlySet<string>): boolean => MIGRATIONS.every((name) => executed.has(name))
