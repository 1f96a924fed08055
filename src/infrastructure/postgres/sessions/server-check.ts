import { Client, type ClientBase, type ClientConfig } from 'pg'

/** What a server says of itself and of the database, to a session of ours. */
export interface ServerFacts {
  /** As in `server_version_num`: 150018 is 15.18. */
  readonly version: number
  readonly database: string
  readonly encoding: string
  readonly isStandby: boolean
  readonly isReadOnly: boolean
}

const LEAST_VERSION = 150_000

const FACTS = `
  select current_setting('server_version_num')::int as "version", current_database() as "database",
    current_setting('server_encoding') as "encoding", pg_is_in_recovery() as "isStandby",
    current_setting('transaction_read_only') = 'on' as "isReadOnly"`

const factsOf = async (client: ClientBase): Promise<ServerFacts> =>
  (await client.query<ServerFacts>(FACTS)).rows[0] as ServerFacts

/** Why the service cannot work there, and what would mend it: what a session cannot set for itself. */
export const unfitness = ({ version, database, encoding, isStandby, isReadOnly }: ServerFacts): string | undefined => {
  if (version < LEAST_VERSION)
    return `PostgreSQL ${Math.floor(version / 10_000)} is too old: the service needs version 15 or later`
  if (encoding !== 'UTF8')
    return `the database ${database} is encoded in ${encoding}, where not every text fits: make one with create database … encoding 'UTF8' template template0, and move the data there`
  if (isStandby)
    return `the server of the database ${database} is a standby, which only reads: point DATABASE_URL at the primary`
  if (isReadOnly)
    return `the database ${database} is read-only: set default_transaction_read_only = off; alter database ${database} reset default_transaction_read_only; and the same for the role`
  return undefined
}

/** Milliseconds in which a server must be there at the start: some are woken by the first who comes. */
const CONNECT_TIMEOUT_MS = 10_000

/** Rejects, with a sentence that says how to mend it, when the service could not work there. */
export const checkServer = async (session: ClientConfig): Promise<void> => {
  const client = new Client({ ...session, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  client.on('error', () => {})
  await client.connect()
  try {
    const reason = unfitness(await factsOf(client))
    if (reason !== undefined) throw new Error(reason)
  } finally {
    await client.end()
  }
}
