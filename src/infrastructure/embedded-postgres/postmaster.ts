import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Address, chooseAddress, removeSocketFolder, reopenAddress } from './address.ts'
import { type Binaries, pgCtlIn, postgresIn } from './binaries.ts'
import { isAlive, isServerOf } from './pid-file.ts'
import { clusterMajor } from './placement.ts'
import { codeOf, ENVIRONMENT, isWindows, WORKING_DIRECTORY } from './platform.ts'
import { openServerLog } from './server-log.ts'
import type { Settings, Site } from './site.ts'

/** A server process, and where it listens. */
interface Process extends Address {
  readonly pid: number
}

/** One that we started. Nothing of it keeps Node alive. */
export interface Postmaster extends Process {
  readonly hasExited: () => boolean
  /** The last lines that it wrote to its log since we started it. */
  readonly lastWords: () => string
}

const settingsFor = (address: Address, { durability, settings }: Site): Settings => ({
  shared_buffers: '64MB',
  max_connections: '100',
  ...(durability === 'none' ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  ...settings,
  port: String(address.port),
  listen_addresses: isWindows ? address.host : '',
  ...(isWindows ? {} : { unix_socket_directories: address.host, unix_socket_permissions: '0700' }),
})

/** Starts the server and leaves it to itself: it outlives this process, and does not answer yet. */
export const spawnPostmaster = async (site: Site, wanted?: Address): Promise<Postmaster> => {
  const { placement, binaries } = site
  const { dataDir, runAs } = placement
  if (clusterMajor(dataDir) === undefined) throw new Error(`the data folder ${dataDir} is gone`)
  const { file, lastWords } = openServerLog(placement)
  let address: Address | undefined
  try {
    address = wanted ? reopenAddress(wanted, placement) : await chooseAddress(placement)
    const settings = Object.entries(settingsFor(address, site))
    const child = spawn(
      postgresIn(binaries),
      ['-D', dataDir, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      {
        cwd: WORKING_DIRECTORY,
        env: ENVIRONMENT,
        detached: true,
        stdio: ['ignore', file, file],
        windowsHide: true,
        ...runAs,
      },
    )
    await once(child, 'spawn')
    child.on('error', () => {})
    child.unref()
    return {
      ...address,
      pid: child.pid ?? 0,
      hasExited: () => child.exitCode !== null || child.signalCode !== null,
      lastWords,
    }
  } catch (error) {
    if (address) removeSocketFolder(address)
    const who = runAs ? ` as uid ${runAs.uid}` : ''
    throw new Error(`${postgresIn(binaries)} could not be started${who}: ${(error as Error).message}`, { cause: error })
  } finally {
    closeSync(file)
  }
}

/** Milliseconds for a fast shutdown, and then for an immediate one. */
const FAST_MS = 10_000
const IMMEDIATE_MS = 6000

const endsWithin = async (pid: number, milliseconds: number) => {
  const deadline = Date.now() + milliseconds
  while (isAlive(pid) && Date.now() < deadline) await delay(10)
  return !isAlive(pid)
}

const signal = (pid: number, name: 'SIGINT' | 'SIGQUIT', dataDir: string) => {
  if (!isServerOf(pid, dataDir)) return
  try {
    process.kill(pid, name)
  } catch (error) {
    if (codeOf(error) !== 'ESRCH') throw error
  }
}

/** Asks for a fast shutdown, for which a process that is about to end cannot wait. */
export const interrupt = ({ pid }: Process, dataDir: string): void => {
  try {
    signal(pid, 'SIGINT', dataDir)
  } catch {
    // The next start takes it over.
  }
}

const stopWithPgCtl = async (dataDir: string, binaries: Binaries) => {
  const stop = (mode: string) =>
    promisify(execFile)(pgCtlIn(binaries), ['stop', '-D', dataDir, '-m', mode, '-t', '10'], { env: ENVIRONMENT })
  await stop('fast')
    .catch(() => stop('immediate'))
    .catch(() => {})
}

const end = async (pid: number, dataDir: string) => {
  signal(pid, 'SIGINT', dataDir)
  if (await endsWithin(pid, FAST_MS)) return
  signal(pid, 'SIGQUIT', dataDir)
  if (!(await endsWithin(pid, IMMEDIATE_MS))) throw new Error(`PostgreSQL (process ${pid}) on ${dataDir} did not stop`)
}

/**
 * A fast shutdown, which ends open sessions and writes a checkpoint; when that takes too long an immediate one, after which
 * the next start recovers.
 */
export const stopPostmaster = async (process: Process, dataDir: string, binaries: Binaries): Promise<void> => {
  await (isWindows ? stopWithPgCtl(dataDir, binaries) : end(process.pid, dataDir))
  removeSocketFolder(process)
}
