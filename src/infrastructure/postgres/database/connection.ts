import type { ClientConfig } from 'pg'

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

export interface PoolSettings {
  /** Connections at the most. */
  readonly size: number
  /** Milliseconds to wait for a free connection before the caller is told to come back. */
  readonly acquireTimeout: number
}

export const DEFAULT_POOL: PoolSettings = { size: 10, acquireTimeout: 2000 }

/**
 * The server gives up on a statement, a lock or an idle transaction before its client loses patience. On locks soonest:
 * before PostgreSQL looks for deadlocks (after a second), so that two servers whose groups of changes meet crosswise part.
 */
const LOCK_TIMEOUT_MS = 250
/** For who holds up nobody else by waiting. */
export const LONG_LOCK_TIMEOUT_MS = 2000

/** How every connection behaves, wherever it leads. */
export const behaviour = ({ acquireTimeout }: PoolSettings) => ({
  application_name: 'messenger-api',
  connectionTimeoutMillis: acquireTimeout,
  statement_timeout: 5000,
  lock_timeout: LOCK_TIMEOUT_MS,
  idle_in_transaction_session_timeout: 5000,
  query_timeout: 6000,
  keepAlive: true,
  // Our statements are few and each has one good plan, by an index, whatever its values and however few rows there are
  // yet: planning again would cost more, and a plan made for a small table would be kept too long.
  options: '-c timezone=UTC -c plan_cache_mode=force_generic_plan -c enable_seqscan=off',
})

/** The driver reads the URL itself, its query included. */
export const location = (connection: Connection): ClientConfig => {
  if ('url' in connection) return { connectionString: connection.url }
  const { password, ...where } = connection
  return password === undefined ? where : { ...where, password }
}
