import { setTimeout as delay } from 'node:timers/promises'
import { escapeIdentifier } from 'pg'
import { removeSocketFolder } from './address.ts'
import { type Binaries, findBinaries } from './binaries.ts'
import { ensureCluster } from './cluster.ts'
import { findServer, type Server, serverOf } from './find-server.ts'
import type { Durability } from './initdb.ts'
import { clientFor, keepOwning, type Lock, SUPERUSER, tryToOwn } from './ownership.ts'
import { isServerOf } from './pid-file.ts'
import { placeData } from './placement.ts'
import { codeOf } from './platform.ts'
import { type Postmaster, type Settings, spawnPostmaster, stopPostmaster } from './postmaster.ts'

export interface EmbeddedPostgres {
  /** The socket folder; 127.0.0.1 on Windows. */
  readonly host: string
  readonly port: number
  readonly user: string
  /** Only on Windows. */
  readonly password?: string
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
  readonly log?: (line: string) => void
}

class EmbeddedInUse extends Error {
  override readonly name = 'EmbeddedInUse'
  readonly code = 'EMBEDDED_IN_USE'
  readonly dataDir: string

  constructor(dataDir: string) {
    super(
      `The data folder ${dataDir} is in use by another running server. ` +
        `Stop that one, or choose another DATA_DIR, or let both use one database with DATABASE_URL.`,
    )
    this.dataDir = dataDir
  }
}

const START_TIMEOUT_MS = 30_000
const POLL_MS = 20

/** How long a taken lock may still be that of an owner just killed, whose session PostgreSQL is about to end. */
const TAKEN_GRACE_MS = 500

const LOST_A_RACE = /lock file .* (already exists|is empty)|pre-existing shared memory block|could not create lock file/

interface Owned {
  readonly server: Server
  readonly lock: Lock
  readonly dataDir: string
  readonly binaries: Binaries
  readonly attached: boolean
}

const serve = ({ server, lock, dataDir, binaries, attached }: Owned, log: (line: string) => void): EmbeddedPostgres => {
  const isServing = () => isServerOf(server.pid, dataDir)
  const ownership = keepOwning(lock, () => tryToOwn(server, dataDir), isServing, log)

  const stop = async () => {
    await ownership.endWith(() => stopPostmaster(server.pid, dataDir, binaries))
    removeSocketFolder(server)
  }
  let stopped: Promise<void> | undefined
  return { ...server, user: SUPERUSER, dataDir, attached, stop: () => (stopped ??= stop()) }
}

/**
 * Starts PostgreSQL on a data folder, or takes over the one that a dead owner left running there. Resolves when it
 * answers. One owner at a time: a second is refused with `EmbeddedInUse`.
 *
 * Until the lock is ours or time is up, each turn looks at what runs there. Dead: a server is started, and is looked at
 * from then on; one that exits because another start was faster is forgotten, any other exit is an error. Found, and its
 * lock free: the server is ours. Found, and its lock taken for longer than the grace: in use. Anything else (the server is
 * starting or stopping, or its file is half written) is looked at again.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const { durability = 'full', settings = {}, log = () => {} } = options
  const placement = placeData(options.dataDir, log)
  const { dataDir } = placement
  const binaries = findBinaries(placement)
  await ensureCluster(placement, binaries, durability)

  const deadline = Date.now() + START_TIMEOUT_MS
  let started: Postmaster | undefined
  let takenSince: number | undefined
  let lastWords = ''

  const forget = (failed: Postmaster) => {
    started = undefined
    lastWords = failed.lastWords()
    removeSocketFolder(failed)
    if (!LOST_A_RACE.test(lastWords)) throw new Error(`PostgreSQL did not start on ${dataDir}:\n${lastWords}`)
  }

  while (Date.now() < deadline) {
    if (started?.hasExited()) {
      forget(started)
      await delay(POLL_MS)
    }
    const server = started ? serverOf(started, dataDir) : findServer(dataDir)
    if (server === 'dead') {
      started = await spawnPostmaster(placement, binaries, durability, settings)
      takenSince = undefined
    } else if (server !== 'unclear') {
      const attempt = await tryToOwn(server, dataDir)
      if (attempt.kind === 'lock') return serve({ server, lock: attempt, dataDir, binaries, attached: !started }, log)
      if (attempt.kind === 'taken') takenSince ??= Date.now()
    }
    if (takenSince !== undefined && Date.now() - takenSince > TAKEN_GRACE_MS) throw new EmbeddedInUse(dataDir)
    await delay(POLL_MS)
  }
  if (started) {
    lastWords = started.lastWords()
    await stopPostmaster(started.pid, dataDir, binaries)
    removeSocketFolder(started)
  }
  throw new Error(`PostgreSQL did not answer on ${dataDir} within ${START_TIMEOUT_MS / 1000} s:\n${lastWords}`)
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
