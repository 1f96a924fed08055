import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { type Binaries, findBinaries } from './binaries.ts'
import { type Durability, ensureCluster, passwordOf } from './cluster.ts'
import { type Attempt, clientFor, type Credentials, keepOwning, superuser, tryToOwn } from './ownership.ts'
import { clearAfterDeath, isServerOf, readPidFile, removeSocketFolder } from './pid-file.ts'
import { type Placement, placeData } from './placement.ts'
import { type Postmaster, spawnPostmaster, stopPostmaster } from './postmaster.ts'

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
  /** Whether it had been running, left over from an owner that died. Its settings are then those it was started with. */
  readonly attached: boolean
  /** Ends every session and the server. Repeated calls wait for the same end. */
  readonly stop: () => Promise<void>
}

export interface EmbeddedPostgresOptions {
  readonly dataDir: string
  /** `none` loses data with the power, and is for tests. */
  readonly durability?: Durability
  readonly settings?: Readonly<Record<string, string>>
  readonly log?: (line: string) => void
}

export class EmbeddedInUse extends Error {
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

interface Target extends Credentials {
  readonly pid: number
}

const startTimeout = 30_000
const pollMs = 20
/** How long a taken lock may be that of an owner just killed, whose session PostgreSQL is about to notice. */
const graceMs = 500

const lostARace = /lock file .* (already exists|is empty)|pre-existing shared memory block|could not create lock file/

/** The server that runs on the data folder, `dead` when none does, `unclear` while that cannot be told. */
const lookForServer = (dataDir: string): Target | 'dead' | 'unclear' => {
  const file = readPidFile(dataDir)
  if (file === undefined) return 'dead'
  if (!isServerOf(file.pid, dataDir)) return clearAfterDeath(dataDir, file) ? 'dead' : 'unclear'
  const password = passwordOf(dataDir)
  if (password !== undefined) return { host: '127.0.0.1', port: file.port, pid: file.pid, password }
  return file.socketFolder === '' ? 'unclear' : { host: file.socketFolder, port: file.port, pid: file.pid }
}

const asTarget = (started: Postmaster, dataDir: string): Target => {
  const password = passwordOf(dataDir)
  const { host, port, pid } = started
  return { host, port, pid, ...(password === undefined ? {} : { password }) }
}

const serve = (
  target: Target,
  lock: Extract<Attempt, { kind: 'lock' }>,
  placement: Placement,
  binaries: Binaries,
  attached: boolean,
  log: (line: string) => void,
): EmbeddedPostgres => {
  const { dataDir } = placement
  const isServing = (): boolean => isServerOf(target.pid, dataDir)
  const ownership = keepOwning(lock, () => tryToOwn(target, dataDir), isServing, log)

  const stopNow = async (): Promise<void> => {
    await ownership.endWith(() => stopPostmaster(target.pid, dataDir, binaries))
    removeSocketFolder(target.host, target.port)
  }
  let stopped: Promise<void> | undefined
  return { ...target, user: superuser, dataDir, attached, stop: () => (stopped ??= stopNow()) }
}

/**
 * Starts PostgreSQL on a data folder, or takes over the one that a dead owner left running there.
 * Resolves when it answers. One owner at a time: a second is refused with `EmbeddedInUse`.
 */
export const startEmbeddedPostgres = async (options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> => {
  const { durability = 'full', settings = {}, log = () => undefined } = options
  const placement = placeData(options.dataDir, log)
  const { dataDir } = placement
  const binaries = findBinaries(placement)
  await ensureCluster(placement, binaries, durability)

  const deadline = Date.now() + startTimeout
  let started: Postmaster | undefined
  let takenSince: number | undefined
  let lastWords = ''

  const discard = (failed: Postmaster): void => {
    lastWords = failed.lastWords()
    removeSocketFolder(failed.host, failed.port)
    if (!lostARace.test(lastWords)) throw new Error(`PostgreSQL did not start on ${dataDir}:\n${lastWords}`)
  }

  while (Date.now() < deadline) {
    if (started?.hasExited()) {
      discard(started)
      started = undefined
      await sleep(pollMs)
    }
    const found = started === undefined ? lookForServer(dataDir) : asTarget(started, dataDir)
    if (found === 'dead') {
      started = await spawnPostmaster(placement, binaries, durability, settings)
      takenSince = undefined
    }
    if (typeof found === 'object') {
      const attempt = await tryToOwn(found, dataDir)
      if (attempt.kind === 'lock') return serve(found, attempt, placement, binaries, started === undefined, log)
      if (attempt.kind === 'taken') takenSince ??= Date.now()
    }
    if (takenSince !== undefined && Date.now() - takenSince > graceMs) throw new EmbeddedInUse(dataDir)
    await sleep(pollMs)
  }
  if (started !== undefined) {
    lastWords = started.lastWords()
    await stopPostmaster(started.pid, dataDir, binaries)
    removeSocketFolder(started.host, started.port)
  }
  throw new Error(`PostgreSQL did not answer on ${dataDir} within ${startTimeout / 1000} s:\n${lastWords}`)
}

const duplicateDatabase = '42P04'
const uniqueViolation = '23505'

/** Makes the database unless there is one of that name. Several may ask at once. */
export const ensureDatabase = async (server: EmbeddedPostgres, database: string): Promise<void> => {
  const client = clientFor(server)
  await client.connect()
  try {
    const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [database])
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}`)
  } catch (error) {
    const { code } = error as { code?: string }
    if (code !== duplicateDatabase && code !== uniqueViolation) throw error
  } finally {
    await client.end()
  }
}
