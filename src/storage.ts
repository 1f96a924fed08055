import { join } from 'node:path'
import type { Health } from './application/ports/health.ts'
import type { Bell } from './application/ports/bell.ts'
import type { Chats } from './application/ports/chats.ts'
import type { Journal } from './application/ports/journal.ts'
import type { Config } from './config.ts'
import { ensureDatabase, startEmbeddedPostgres } from './infrastructure/embedded-postgres/embedded-postgres.ts'
import { memoryBell } from './infrastructure/memory/bell.ts'
import { memoryChats } from './infrastructure/memory/chats.ts'
import { memoryHealth } from './infrastructure/memory/health.ts'
import { postgresBell } from './infrastructure/postgres/bell.ts'
import { postgresJournal } from './infrastructure/postgres/journal.ts'
import { postgresChats } from './infrastructure/postgres/chats.ts'
import { type Database, type DatabaseSettings, openDatabase } from './infrastructure/postgres/database/database.ts'
import { postgresHealth } from './infrastructure/postgres/health.ts'
import { prepareDatabase } from './infrastructure/postgres/database/prepare.ts'
import type { Connection } from './infrastructure/postgres/sessions/location.ts'

/** The driven adapters of one choice of storage, open and ready. */
export interface Storage {
  readonly chats: Chats
  readonly journal: Journal
  readonly bell: Bell
  readonly health: Health
  /** After the last request. */
  readonly close: () => Promise<void>
}

type Log = (line: string) => void

const memoryStorage = (): Storage => {
  const chats = memoryChats()
  return { chats, journal: chats, bell: memoryBell(), health: memoryHealth, close: async () => {} }
}

const prepared = async (connection: Connection, settings: Partial<DatabaseSettings>, log: Log): Promise<Database> => {
  const database = openDatabase(connection, settings)
  await prepareDatabase(database, log)
  return database
}

const postgresStorage = (database: Database): Storage => {
  const bell = postgresBell(database)
  return {
    chats: postgresChats(database),
    journal: postgresJournal(database.pool),
    bell,
    health: postgresHealth(database),
    close: async () => {
      await bell.close()
      await database.close()
    },
  }
}

const embeddedStorage = async (config: Config, log: Log): Promise<Storage> => {
  const server = await startEmbeddedPostgres({ dataDir: join(config.DATA_DIR, 'postgres'), log })
  log(`embedded PostgreSQL ${server.attached ? 'taken over' : 'started'}, data in ${server.dataDir}`)
  await ensureDatabase(server, 'messenger')
  const storage = postgresStorage(
    await prepared({ ...server, database: 'messenger' }, { size: config.DATABASE_POOL_SIZE }, log),
  )
  return {
    ...storage,
    close: async () => {
      await storage.close()
      await server.stop()
    },
  }
}

/** `STORAGE=memory` → no database; `DATABASE_URL` → that server; neither → an embedded server with its own data. */
export const openStorage = async (config: Config, log: Log): Promise<Storage> => {
  if (config.STORAGE === 'memory') return memoryStorage()
  if (config.DATABASE_URL === undefined) return embeddedStorage(config, log)
  const { DATABASE_URL: url, DATABASE_DIRECT_URL: direct, DATABASE_POOLER: pooler, DATABASE_POOL_SIZE: size } = config
  return postgresStorage(await prepared({ url }, { size, pooler, direct: direct ? { url: direct } : undefined }, log))
}
