import { join } from 'node:path'
import type { ReportFailure } from './application/ports/background.ts'
import { memoryStorage } from './composition/memory-storage.ts'
import type { Storage } from './composition/storage.ts'
import type { Config } from './config.ts'
import {
  ensureDatabase,
  runningPostgres,
  startEmbeddedPostgres,
} from './infrastructure/embedded-postgres/embedded-postgres.ts'
import { distribute } from './infrastructure/postgres/distribution/distribute.ts'
import { ensureFunctions } from './infrastructure/postgres/distribution/functions.ts'
import { shardsOfChats } from './infrastructure/postgres/distribution/shards.ts'
import { postgresBell } from './infrastructure/postgres/bell.ts'
import { postgresJournal } from './infrastructure/postgres/journal.ts'
import { postgresInboxes } from './infrastructure/postgres/inboxes.ts'
import { postgresMarkers } from './infrastructure/postgres/markers.ts'
import { postgresReactions } from './infrastructure/postgres/reactions.ts'
import { postgresKeys } from './infrastructure/postgres/keys.ts'
import { postgresChats } from './infrastructure/postgres/chats.ts'
import { type Database, type DatabaseSettings, openDatabase } from './infrastructure/postgres/database/database.ts'
import { loadOf } from './infrastructure/postgres/database/load.ts'
import { postgresHealth } from './infrastructure/postgres/health.ts'
import { prepareDatabase } from './infrastructure/postgres/migrations/prepare.ts'
import { postgresNotifications } from './infrastructure/postgres/notifications.ts'
import type { StatementTraces } from './infrastructure/postgres/database/statement-traces.ts'
import { tracesOf } from './infrastructure/postgres/database/traced.ts'
import type { Connection } from './infrastructure/postgres/sessions/location.ts'
import { postgresSignals } from './infrastructure/postgres/signals.ts'

type Log = (line: string) => void

/** Is told, once, that a storage which served is gone for good. */
type OnLost = (error: Error) => void

/** Where a database is and how it is gone to, in words that another process understands. */
export interface Whereabouts {
  readonly connection: Connection
  readonly settings: Partial<DatabaseSettings>
}

/** One that is there for as long as it is not closed. */
export interface KeptDatabase extends Whereabouts {
  readonly close: () => Promise<void>
}

/** The database of the service on an embedded server. */
const DATABASE = 'messenger'

const dataDirOf = ({ DATA_DIR }: Config) => join(DATA_DIR, 'postgres')

/** Connections of the embedded server beside those of the pools: its owner's, those that migrate, a person's. */
const SPARE_CONNECTIONS = 19

/** Of each worker, beside its pool. */
const LISTENING_CONNECTIONS = 1

const embeddedDatabase = async (
  config: Config,
  log: Log,
  onFailure?: ReportFailure,
  onLost?: OnLost,
): Promise<KeptDatabase> => {
  const { DATABASE_POOL_SIZE: size, WORKERS } = config
  const connections = WORKERS * (size + LISTENING_CONNECTIONS) + SPARE_CONNECTIONS
  const server = await startEmbeddedPostgres({
    dataDir: dataDirOf(config),
    settings: { max_connections: String(Math.max(100, connections)) },
    log,
    onFailure: (error) => onFailure?.('database', error),
    onLost: (error) => onLost?.(error),
  })
  try {
    log(`embedded PostgreSQL ${server.attached ? 'taken over' : 'started'}, data in ${server.dataDir}`)
    await ensureDatabase(server, DATABASE)
    const { host, port, user, password, stop } = server
    return { connection: { host, port, user, password, database: DATABASE }, settings: { size }, close: stop }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** `DATABASE_URL` → that server; none → an embedded server with its own data. */
const locateDatabase = async (
  config: Config,
  log: Log,
  onFailure?: ReportFailure,
  onLost?: OnLost,
): Promise<KeptDatabase> => {
  if (config.DATABASE_URL === undefined) return embeddedDatabase(config, log, onFailure, onLost)
  const { DATABASE_URL: url, DATABASE_DIRECT_URL: direct, DATABASE_POOLER: pooler, DATABASE_POOL_SIZE: size } = config
  const settings = { size, pooler, direct: direct ? { url: direct } : undefined }
  return { connection: { url }, settings, close: async () => {} }
}

interface Prepared {
  /** As it was opened for that. */
  readonly database: Database
  /** How it is opened to be served from: sessions are others where tables are spread over machines. */
  readonly settings: Whereabouts['settings']
}

/**
 * Brings the database up to date, and finds out whether its tables are spread. Rejects, with nothing left open, when the service
 * cannot work on it.
 */
const prepared = async (
  { connection, settings }: Whereabouts,
  log: Log,
  traces?: StatementTraces,
): Promise<Prepared> => {
  const database = openDatabase(connection, settings, traces)
  try {
    await prepareDatabase(database, log)
    const shards = await shardsOfChats(database.pool)
    if (shards.length === 0) return { database, settings }
    log(`chats are spread over ${shards.length} shards by Citus`)
    await ensureFunctions(database, log)
    return { database, settings: { ...settings, shards } }
  } catch (error) {
    await database.close()
    throw error
  }
}

/** The same, opened to be served from: once more, where its tables are spread. */
const opened = async (whereabouts: Whereabouts, log: Log, traces?: StatementTraces): Promise<Database> => {
  const { database, settings } = await prepared(whereabouts, log, traces)
  if (settings === whereabouts.settings) return database
  await database.close()
  return openDatabase(whereabouts.connection, settings, traces, log)
}

/** Where statements are traced: what is done for those who hear of it is done for nobody who asked. */
const unasked = <Told>(traces: StatementTraces | undefined, tell: (told: Told) => void): ((told: Told) => void) =>
  traces ? (told) => traces.together([], () => tell(told)) : tell

const storageOn = (database: Database, onFailure: ReportFailure | undefined): Storage => {
  const notifications = postgresNotifications(database, onFailure)
  const bell = postgresBell(database, notifications, onFailure)
  const signals = postgresSignals(database, notifications, onFailure)
  const traces = tracesOf(database.pool)
  return {
    chats: postgresChats(database),
    journal: postgresJournal(database.pool),
    markers: postgresMarkers(database.pool),
    reactions: postgresReactions(database.pool),
    inboxes: postgresInboxes(database.pool, database.parts),
    signals: { ...signals, send: unasked(traces, signals.send) },
    keys: postgresKeys(database.pool),
    bell: { ...bell, ring: unasked(traces, bell.ring) },
    health: postgresHealth(database),
    load: loadOf(database.pool),
    close: async () => {
      bell.close()
      signals.close()
      await notifications.close()
      await database.close()
    },
  }
}

/** `STORAGE=memory` → no database; otherwise one that is brought up to date. Rejects with nothing left open. */
export const openStorage = async (
  config: Config,
  log: Log,
  onFailure?: ReportFailure,
  onLost?: OnLost,
  traces?: StatementTraces,
): Promise<Storage> => {
  if (config.STORAGE === 'memory') return memoryStorage()
  const found = await locateDatabase(config, log, onFailure, onLost)
  try {
    const storage = storageOn(await opened(found, log, traces), onFailure)
    return {
      ...storage,
      close: async () => {
        await storage.close()
        await found.close()
      },
    }
  } catch (error) {
    await found.close()
    throw error
  }
}

/**
 * The same for a command that may run beside the service: an embedded server that the service has started is used as it runs,
 * and left running.
 */
export const openStorageBeside = async (config: Config, log: Log): Promise<Storage> => {
  const isEmbedded = config.STORAGE === 'postgres' && config.DATABASE_URL === undefined
  const running = isEmbedded ? await runningPostgres(dataDirOf(config), log) : undefined
  if (!running) return openStorage(config, log)
  const found = { connection: { ...running, database: DATABASE }, settings: { size: 1 } }
  return storageOn(await opened(found, log), undefined)
}

/** The same for a database that other processes serve. */
export const prepareForOthers = async (
  config: Config,
  log: Log,
  onFailure?: ReportFailure,
  onLost?: OnLost,
): Promise<KeptDatabase> => {
  const found = await locateDatabase(config, log, onFailure, onLost)
  try {
    const { database, settings } = await prepared(found, log)
    await database.close()
    return { ...found, settings }
  } catch (error) {
    await found.close()
    throw error
  }
}

/** What another process has prepared, and keeps running. Asks nothing of it before the first request does. */
export const openPrepared = (
  { connection, settings }: Whereabouts,
  log: Log,
  onFailure?: ReportFailure,
  traces?: StatementTraces,
): Storage => storageOn(openDatabase(connection, settings, traces, log), onFailure)

/** Spreads the database over the machines of its Citus cluster; false when it was. Rejects when there is no cluster. */
export const distributeStorage = async (config: Config, log: Log, shards?: number): Promise<boolean> => {
  if (config.DATABASE_URL === undefined)
    throw new Error('an embedded or missing server is no cluster: set DATABASE_URL to its coordinator')
  const { connection, settings, close } = await locateDatabase(config, log)
  const database = openDatabase(connection, settings)
  try {
    return await distribute(database, log, { shards })
  } finally {
    await database.close()
    await close()
  }
}
