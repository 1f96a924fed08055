import { migrate } from './migrate.ts'
import { checkServer } from '../sessions/server-check.ts'
import type { Database } from '../database/database.ts'

const UNDECLARED =
  'DATABASE_URL leads to a pooler that does not keep sessions: set DATABASE_POOLER=transaction, and DATABASE_DIRECT_URL to PostgreSQL itself'
const NOT_DIRECT = 'DATABASE_DIRECT_URL leads to a pooler: it must name PostgreSQL itself'
const BY_POLLING =
  'followers learn of changes on other servers by polling, within a second: no news come through a pooler without DATABASE_DIRECT_URL'

/** Makes sure that the service can work on the database, and brings its schema up to date. Rejects with what to mend. */
export const prepareDatabase = async (database: Database, log: (line: string) => void): Promise<void> => {
  const { pooled, session } = database
  await checkServer(pooled, UNDECLARED)
  if (session && session !== pooled) await checkServer(session, NOT_DIRECT)
  await migrate(database, log)
  if (!session) log(BY_POLLING)
}
