import type { ClientBase } from 'pg'
import { isLockTimeout } from '../database/sql-state.ts'

/** Number of the advisory lock under which servers that start together migrate one after another. */
const MIGRATION_LOCK = 7_301_964

const WAIT_SECONDS = 5

const holder = async (client: ClientBase): Promise<string> => {
  const { rows } = await client.query<{ pid: number }>(
    `select pid from pg_locks
     where locktype = 'advisory' and granted and (classid::bigint << 32 | objid::bigint) = $1 and objsubid = 1
       and database = (select oid from pg_database where datname = current_database())`,
    [MIGRATION_LOCK],
  )
  return rows[0] ? ` (PostgreSQL process ${rows[0].pid})` : ''
}

/**
 * Runs the work while no other server migrates. The other's migration may take hours, so the wait has no end; the log
 * says every few seconds what is waited for.
 */
export const underMigrationLock = async <A>(
  client: ClientBase,
  log: (line: string) => void,
  work: () => Promise<A>,
): Promise<A> => {
  await client.query(`set lock_timeout = '${WAIT_SECONDS}s'`)
  for (let waited = 0; ; waited += WAIT_SECONDS) {
    if (waited > 0) log(`waiting for another server that migrates${await holder(client)}, ${waited} s by now`)
    try {
      await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
      break
    } catch (error) {
      if (!isLockTimeout(error)) throw error
    }
  }
  try {
    return await work()
  } finally {
    // A session that ended has given it back.
    await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => {})
  }
}
