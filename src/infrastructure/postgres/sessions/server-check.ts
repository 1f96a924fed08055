import { Client, type ClientBase, type ClientConfig } from 'pg'
import { connectionFailure } from './connection-failure.ts'
import { ofOptions, type Settings } from './settings.ts'

/** What a server says of itself and of the database, to a session of ours. */
export interface ServerFacts {
  /** As in `server_version_num`: 150018 is 15.18. */
  readonly version: number
  readonly database: string
  readonly encoding: string
  readonly isolation: string
  readonly isStandby: boolean
  readonly isReadOnly: boolean
}

const LEAST_VERSION = 150_000

const FACTS = `
  select current_setting('server_version_num')::int as "version", current_database() as "database",
    current_setting('server_encoding') as "encoding", current_setting('default_transaction_isolation') as "isolation",
    pg_is_in_recovery() as "isStandby", current_setting('transaction_read_only') = 'on' as "isReadOnly"`

const tooOld = (version: string | number) => `PostgreSQL ${version} is too old: the service needs version 15 or later`

/** Why the service cannot work there, and what would mend it: what a session cannot set for itself. */
export const unfitness = (facts: ServerFacts): string | undefined => {
  const { version, database, encoding, isolation, isStandby, isReadOnly } = facts
  if (version < LEAST_VERSION) return tooOld(Math.floor(version / 10_000))
  if (encoding !== 'UTF8')
    return `the database ${database} is encoded in ${encoding}, where not every text fits: make one with create database … encoding 'UTF8' template template0, and move the data there`
  if (isStandby)
    return `the server of the database ${database} is a standby, which only reads: point DATABASE_URL at the primary`
  if (isReadOnly)
    return `the database ${database} is read-only: set default_transaction_read_only = off; alter database ${database} reset default_transaction_read_only; and the same for the role`
  if (isolation !== 'read committed')
    return `transactions of the database ${database} are ${isolation}, which cannot be set through a pooler: alter database ${database} reset default_transaction_isolation; and the same for the role`
  return undefined
}

/** Settings that a pooler has no mind for, and either refuses or forgets. */
const TELLING = ['statement_timeout', 'lock_timeout', 'enable_seqscan']

const settingsOf = async (client: ClientBase): Promise<Settings> => {
  const { rows } = await client.query<{ name: string; setting: string }>(
    'select name, setting from pg_settings where name = any($1)',
    [TELLING],
  )
  return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))
}

/** Whether the session is as it was asked for, or had something in between that gave it another. */
const isOurs = async (client: ClientBase, { options }: ClientConfig): Promise<boolean> => {
  if (options === undefined) return true
  const [asked, found] = [ofOptions(options), await settingsOf(client)]
  return TELLING.every((name) => asked[name] === found[name])
}

interface Wanted {
  /** What is said when a pooler answers that does not give the session what it asks for. */
  readonly onPooler: string
  /** The variable that names the server; none does that of our own. */
  readonly variable: string | undefined
}

const UNDEFINED_SETTING = '42704'

const refusal = (error: unknown, { onPooler, variable }: Wanted): unknown => {
  const { code, message } = error as { readonly code?: string; readonly message: string }
  if (/unsupported startup parameter/.test(message)) return new Error(onPooler, { cause: error })
  if (code === UNDEFINED_SETTING) return new Error(tooOld('of this server'), { cause: error })
  return variable === undefined ? error : connectionFailure(error, variable)
}

/** Milliseconds in which a server must be there at the start: some are woken by the first who comes. */
const CONNECT_TIMEOUT_MS = 10_000

const connected = async (session: ClientConfig, wanted: Wanted): Promise<Client> => {
  try {
    const client = new Client({ ...session, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
    client.on('error', () => {})
    await client.connect()
    return client
  } catch (error) {
    throw refusal(error, wanted)
  }
}

/** Rejects, with a sentence that says how to mend it, when the service could not work there. */
export const checkServer = async (session: ClientConfig, wanted: Wanted): Promise<void> => {
  const { onPooler } = wanted
  const client = await connected(session, wanted)
  try {
    if (!(await isOurs(client, session))) throw new Error(onPooler)
    const reason = unfitness((await client.query<ServerFacts>(FACTS)).rows[0] as ServerFacts)
    if (reason !== undefined) throw new Error(reason)
  } finally {
    await client.end()
  }
}
