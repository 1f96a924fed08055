import type { Health } from '../../application/ports/health.ts'
import type { Database } from './database/database.ts'
import { within } from './database/deadline.ts'
import { statement } from './database/statement.ts'
import { findKeys } from './keys.ts'
import { executedMigrations, isUpToDate } from './migrations/executed.ts'
import { openChats } from './writes/add-chats.ts'
import { writeEverythingAndMark } from './writes/write-everything.ts'

const PATIENCE_MS = 1000

const inTime = (answer: Promise<boolean>): Promise<boolean> =>
  within(
    PATIENCE_MS,
    answer.catch(() => false),
    () => false,
  )

/** A standby says `on` as well. */
const findReadOnly = statement(
  'read-only',
  {},
  () => `select current_setting('transaction_read_only')`,
  ([readOnly]) => readOnly === 'on',
)

/** Asks of the database what requests ask of it, with the very statements; without a row they write nothing. */
export const postgresHealth = ({ pool }: Database): Health => {
  const isWritable = async () => (await findReadOnly(pool, {})).every((readOnly) => !readOnly)
  const isThere = async () => {
    if (!isUpToDate(await executedMigrations(pool))) return false
    await writeEverythingAndMark(pool, { moves: [], sent: [], changed: [], members: [], unused: [], senders: [] })
    await openChats(pool, { wanted: [], founders: [] })
    await findKeys(pool, { digests: [] })
    return true
  }
  return { database: () => inTime(isWritable()), migrations: () => inTime(isThere()) }
}
