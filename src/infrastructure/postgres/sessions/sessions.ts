import type { ClientConfig } from 'pg'
import { type Connection, location, settingsAskedFor } from './location.ts'
import { asOptions, migratingSettings, servingSettings } from './settings.ts'

/** Milliseconds after which a client gives up on a statement, on which the server should have given up before. */
const QUERY_TIMEOUT_MS = 2300

/** Milliseconds after which an idle connection is asked, by the system, whether the other side is there. */
const KEEP_ALIVE_MS = 10_000

/** Milliseconds in which a connection must be there when nobody waits for an answer. */
const UNHURRIED_CONNECT_MS = 10_000

/** Of connections that serve requests. */
export const servingSession = (connection: Connection, acquireTimeout: number, isSpread = false): ClientConfig => ({
  ...location(connection),
  application_name: 'messenger-api',
  connectionTimeoutMillis: acquireTimeout,
  query_timeout: QUERY_TIMEOUT_MS,
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  options: asOptions(servingSettings(settingsAskedFor(connection), isSpread)),
})

/** Of connections to a pooler, which would refuse or forget what is set at the start of a session. */
export const pooledSession = (connection: Connection, acquireTimeout: number): ClientConfig => {
  const session = servingSession(connection, acquireTimeout)
  delete session.options
  Reflect.deleteProperty(session, 'replication')
  return session
}

/** Of connections that migrate: without a deadline on either side. */
export const migratingSession = (connection: Connection): ClientConfig => ({
  ...location(connection),
  application_name: 'messenger-api migration',
  connectionTimeoutMillis: UNHURRIED_CONNECT_MS,
  keepAlive: true,
  keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  options: asOptions(migratingSettings(settingsAskedFor(connection))),
})
