import type { Health } from '../../application/ports/health.ts'
import type { Database } from './database/database.ts'
import { within } from './database/deadline.ts'
import { statement } from './database/statement.ts'
import { findKeys } from './keys.ts'
import { executedMigrations, isUpToDate } from './migrations/executed.ts'
import { openChats } from './writes/add-chats.ts'
import { writeEverything } from './writes/write-everything.ts'
import { reactionsIn } from './writes/writing-reactions.ts'

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

/**
 * Asks of the database what requests ask of it, with the very statements; without a row they write nothing. Where chats are spread
 * only the coordinator is asked: a server that reaches some of the machines is of use to the chats that are there.
 */
export const postgresHealth = ({ pool, parts }: Pick<Database, 'pool' | 'parts'>): Health => {
  const isWritable = async () => (await findReadOnly(pool, {})).every((readOnly) => !readOnly)
  const isThere = async () => {
    if (!isUpToDate(await executedMigrations(pool))) return false
    await findKeys(pool, { digests: [] })
    if (parts) return true
    await writeEverything(true, true)(pool, {
      moves: [],
      sent: [],
      changed: [],
      members: [],
      unused: [],
      senders: [],
      ...reactionsIn([]),
    })
    await openChats(pool, { wanted: [], founders: [] })
    return true
  }
  return { database: () => inTime(isWritable()), migrations: () => inTime(isThere()) }
}
