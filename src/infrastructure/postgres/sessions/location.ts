import type { ClientConfig } from 'pg'
import { ofOptions, type Settings } from './settings.ts'

/** Where the database is: a URL, or the parts of one (`host` may be the folder of a Unix socket). */
export type Connection =
  | { readonly url: string }
  | {
      readonly host: string
      readonly port: number
      readonly user: string
      readonly password?: string | undefined
      readonly database: string
    }

/** The driver lets the query of a URL win over what it is told; these are for us to tell. */
const OURS = [
  'options',
  'client_encoding',
  'statement_timeout',
  'lock_timeout',
  'idle_in_transaction_session_timeout',
  'query_timeout',
]

/**
 * Who gives the parts has given them all: what the environment of libpq (`PGSSLMODE` and the like) says is meant for another
 * server. The driver looks there for each option that is empty.
 */
const APART = { ssl: false, sslnegotiation: 'postgres', client_encoding: 'UTF8', replication: 'false' } as const

/** The driver reads the URL itself, its query included, but for what the session is made of. */
export const location = (connection: Connection): ClientConfig => {
  if (!('url' in connection)) {
    const { host, port, user, database, password } = connection
    const where = { host, port, user, database, ...APART }
    return password === undefined ? where : { ...where, password }
  }
  const url = new URL(connection.url)
  if (!OURS.some((name) => url.searchParams.has(name))) return { connectionString: connection.url }
  for (const name of OURS) url.searchParams.delete(name)
  return { connectionString: url.href }
}

/** The same database on another machine. */
export const elsewhere = (connection: Connection, host: string, port: number): Connection => {
  if (!('url' in connection)) return { ...connection, host, port }
  const url = new URL(connection.url)
  for (const name of ['host', 'port']) url.searchParams.delete(name)
  url.hostname = host.includes(':') ? `[${host}]` : host
  url.port = String(port)
  return { url: url.href }
}

/** The settings that the `options` of a URL ask for. */
export const settingsAskedFor = (connection: Connection): Settings =>
  'url' in connection ? ofOptions(new URL(connection.url).searchParams.get('options') ?? '') : {}
