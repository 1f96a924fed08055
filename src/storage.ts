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
import { postgresBell } from './infrastructure/postgres/bell.ts'
import { postgresJournal } from './infrastructure/postgres/journal.ts'
import { postgresKeys } from './infrastructure/postgres/keys.ts'
import { postgresChats } from './infrastructure/postgres/chats.ts'
import { type Database, type DatabaseSettings, openDatabase } from './infrastructure/postgres/database/database.ts'
import { postgresHealth } from './infrastructure/postgres/health.ts'
import { prepareDatabase } from './infrastructure/postgres/migrations/prepare.ts'
import type { Connection } from './infrastructure/postgres/sessions/location.ts'

type Log = (line: string) => void

/** Is told, once, that a storage which served is gone for good. */
type OnLost = (error: Error) => void

/** Rejects, with nothing left open, when the service cannot work on the database. */
const prepared = async (connection: Connection, settings: Partial<DatabaseSettings>, log: Log): Promise<Database> => {
  const database = openDatabase(connection, settings)
  try {
    await prepareDatabase(database, log)
    return database
  } catch (error) {
    await database.close()
    throw error
  }
}

const postgresStorage = (database: Database, onFailure: ReportFailure | undefined): Storage => {
  const bell = postgresBell(database, onFailure)
  return {
    chats: postgresChats(database),
    journal: postgresJournal(database.pool),
    keys: postgresKeys(database.pool),
    bell,
    health: postgresHealth(database),
    close: async () => {
      await bell.close()
      await database.close()
    },
  }
}

/** The database of the service on an embedded server. */
const DATABASE = 'messenger'

const dataDirOf = ({ DATA_DIR }: Config) => join(DATA_DIR, 'postgres')

/** Connections of the embedded server beside those of the pool: its owner's, the bell's, those that migrate, a person's. */
const SPARE_CONNECTIONS = 20

const embeddedStorage = async (
  config: Config,
  log: Log,
  onFailure?: ReportFailure,
  onLost?: OnLost,
): Promise<Storage> => {
  const { DATABASE_POOL_SIZE: size } = config
  const server = await startEmbeddedPostgres({
    dataDir: dataDirOf(config),
    settings: { max_connections: String(Math.max(100, size + SPARE_CONNECTIONS)) },
    log,
    onFailure: (error) => onFailure?.('database', error),
    onLost: (error) => onLost?.(error),
  })
  try {
    log(`embedded PostgreSQL ${server.attached ? 'taken over' : 'started'}, data in ${server.dataDir}`)
    await ensureDatabase(server, DATABASE)
    const storage = postgresStorage(await prepared({ ...server, database: DATABASE }, { size }, log), onFailure)
    return {
      ...storage,
      close: async () => {
        await storage.close()
        await server.stop()
      },
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

/** `STORAGE=memory` → no database; `DATABASE_URL` → that server; neither → an embedded server with its own data. */
export const openStorage = async (
  config: Config,
  log: Log,
  onFailure?: ReportFailure,
  onLost?: OnLost,
): Promise<Storage> => {
  if (config.STORAGE === 'memory') return memoryStorage()
  if (config.DATABASE_URL === undefined) return embeddedStorage(config, log, onFailure, onLost)
  const { DATABASE_URL: url, DATABASE_DIRECT_URL: direct, DATABASE_POOLER: pooler, DATABASE_POOL_SIZE: size } = config
  return postgresStorage(
    await prepared({ url }, { size, pooler, direct: direct ? { url: direct } : undefined }, log),
    onFailure,
  )
}

/**
 * The same for a command that may run beside the service: an embedded server that the service has started is used as it runs,
 * and left running.
 */
export const openStorageBeside = async (config: Config, log: Log): Promise<Storage> => {
  const isEmbedded = config.STORAGE === 'postgres' && config.DATABASE_URL === undefined
  const running = isEmbedded ? await runningPostgres(dataDirOf(config), log) : undefined
  if (!running) return openStorage(config, log)
  return postgresStorage(await prepared({ ...running, database: DATABASE }, { size: 1 }, log), undefined)
}
