import { migrate } from './migrate.ts'
import { checkServer } from '../sessions/server-check.ts'
import { sqlState } from '../database/sql-state.ts'
import { connectionFailure } from '../sessions/connection-failure.ts'
import type { Database } from '../database/database.ts'

const UNDECLARED =
  'DATABASE_URL leads to a pooler that does not keep sessions: set DATABASE_POOLER=transaction, and DATABASE_DIRECT_URL to PostgreSQL itself'
const NOT_DIRECT = 'DATABASE_DIRECT_URL leads to a pooler: it must name PostgreSQL itself'
const BY_POLLING =
  'followers learn of changes on other servers by polling, within a second: no news come through a pooler without DATABASE_DIRECT_URL'

const NOT_PERMITTED = '42501'

/** Makes sure that the service can work on the database, and brings its schema up to date. Rejects with what to mend. */
export const prepareDatabase = async (database: Database, log: (line: string) => void): Promise<void> => {
  const { pooled, session } = database
  const named = (variable: string) => ('connectionString' in pooled ? variable : undefined)
  await checkServer(pooled, { onPooler: UNDECLARED, variable: named('DATABASE_URL') })
  if (session && session !== pooled)
    await checkServer(session, { onPooler: NOT_DIRECT, variable: named('DATABASE_DIRECT_URL') })
  await migrate(database, log).catch((error: unknown) => {
    throw sqlState(error) === NOT_PERMITTED ? connectionFailure(error, 'DATABASE_URL') : error
  })
  if (!session) log(BY_POLLING)
}
