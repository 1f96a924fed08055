import { setTimeout as delay } from 'node:timers/promises'
import { escapeIdentifier } from 'pg'
import { acquireServer } from './acquire-server.ts'
import { findBinaries } from './binaries.ts'
import { ensureCluster } from './cluster.ts'
import { findServer } from './find-server.ts'
import type { Durability } from './initdb.ts'
import { clientFor, SUPERUSER } from './ownership.ts'
import { placeData } from './placement.ts'
import { codeOf } from './platform.ts'
import type { Settings } from './site.ts'
import { supervise } from './supervision.ts'

export interface EmbeddedPostgres {
  /** The socket folder; 127.0.0.1 on Windows. */
  readonly host: string
  readonly port: number
  readonly user: string
  /** Only on Windows. */
  readonly password?: string
  /** The server's process; another one after it was started again. */
  readonly pid: number
  /** Where the data really is, absolute. */
  readonly dataDir: string
  /** Whether it was running already, left by an owner that died. Its settings are then those it was started with. */
  readonly attached: boolean
  /** Ends every session and the server. Repeated calls wait for the same end. */
  readonly stop: () => Promise<void>
}

export interface EmbeddedPostgresOptions {
  readonly dataDir: string
  /** `none` loses data with the power, and is for tests. */
  readonly durability?: Durability
  readonly settings?: Settings
  /** Milliseconds in which the server must answer. */
  readonly patience?: number
  readonly log?: (line: string) => void
  /** Is told each time that the server has died, or could not be started again. */
  readonly onFailure?: (error: Error) => void
  /** Is told, once, that it cannot be started again. Nothing runs any more. */
  readonly onLost?: (error: Error) => void
}

const ignore = () => {}

/**
 * Starts PostgreSQL on a data folder, or takes over the one that a dead owner left running there, and starts it again, at the
 * same address, when it dies. Resolves when it answers; when it rejects, nothing is left running. One owner at a time: a second
 * is refused with `EmbeddedInUse`.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const { durability = 'full', settings = {}, log = ignore, onFailure = ignore, onLost = ignore, patience } = options
  const placement = placeData(options.dataDir, log)
  const { dataDir } = placement
  const binaries = findBinaries(placement)
  await ensureCluster(placement, binaries, durability)
  const site = { placement, binaries, durability, settings }
  const owned = await acquireServer(site, patience === undefined ? {} : { patience })
  const { pid, stop } = supervise(site, owned, { log, onFailure, onLost })
  const { server, attached } = owned
  return {
    ...server,
    get pid() {
      return pid()
    },
    user: SUPERUSER,
    dataDir,
    attached,
    stop,
  }
}

/** SQLSTATEs of one that lost against another who created the same: duplicate_database, unique_violation. */
const CREATED_MEANWHILE = new Set<string | undefined>(['42P04', '23505'])

/** Makes the database unless there is one of that name. Several may ask at once. */
export const ensureDatabase = async (server: EmbeddedPostgres, database: string): Promise<void> => {
  const client = clientFor(server)
  await client.connect()
  try {
    const found = await client.query('select from pg_database where datname = $1', [database])
    if (found.rowCount === 0) await client.query(`create database ${escapeIdentifier(database)}`)
  } catch (error) {
    if (!CREATED_MEANWHILE.has(codeOf(error))) throw error
  } finally {
    await client.end()
  }
}

/** Milliseconds in which a server that starts or stops must have done so, and between two looks at it. */
const UNCLEAR_MS = 30_000
const LOOK_MS = 20

/** How to reach the server that somebody else runs on the data folder; undefined when nobody does. It stays theirs. */
export const runningPostgres = async (
  dataDir: string,
  log: (line: string) => void,
): Promise<Pick<EmbeddedPostgres, 'host' | 'port' | 'user' | 'password'> | undefined> => {
  const placement = placeData(dataDir, log)
  for (const deadline = Date.now() + UNCLEAR_MS; ; await delay(LOOK_MS)) {
    const server = findServer(placement.dataDir)
    if (server === 'dead') return undefined
    if (server !== 'unclear') {
      const { host, port, password } = server
      return { host, port, user: SUPERUSER, ...(password === undefined ? {} : { password }) }
    }
    if (Date.now() > deadline) throw new Error(`the PostgreSQL on ${placement.dataDir} neither starts nor stops`)
  }
}
