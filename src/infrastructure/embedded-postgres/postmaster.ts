import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  closeSync,
  constants,
  fchownSync,
  mkdtempSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Binaries, pgCtlIn, postgresIn } from './binaries.ts'
import { type Durability, environment, neutralFolder } from './cluster.ts'
import { isAlive, isServerOf, socketFolderPrefix } from './pid-file.ts'
import { canReach, type Placement, temporaryFolders } from './placement.ts'

export interface Address {
  readonly host: string
  readonly port: number
}

/** A server process that we started. Nothing of it keeps Node alive. */
export interface Postmaster extends Address {
  readonly pid: number
  readonly hasExited: () => boolean
  /** What it wrote to its log since we started it, the last lines. */
  readonly lastWords: () => string
}

const isWindows = process.platform === 'win32'
const socketPort = 5432
const longestSocketPath = 103

/** Only the user that PostgreSQL runs as (and root) can enter, which is what makes passwords unnecessary. */
const makeSocketFolder = ({ runAs }: Placement): string => {
  const fits = (parent: string): boolean =>
    Buffer.byteLength(join(parent, `${socketFolderPrefix}XXXXXX`, `.s.PGSQL.${socketPort}`)) <= longestSocketPath
  const parent = temporaryFolders().find((folder) => fits(folder) && canReach(folder, runAs))
  if (parent === undefined) throw new Error('no temporary folder has a path short enough for a unix socket (/tmp?)')
  const folder = mkdtempSync(join(parent, socketFolderPrefix))
  if (runAs !== undefined) chownSync(folder, runAs.uid, runAs.gid)
  return folder
}

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  await promisify(probe.close.bind(probe))()
  return port
}

const chooseAddress = async (placement: Placement): Promise<Address> =>
  isWindows ? { host: '127.0.0.1', port: await freePort() } : { host: makeSocketFolder(placement), port: socketPort }

const logLimit = 10_000_000

const openLog = (path: string, { runAs }: Placement): number => {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size > logLimit) renameSync(path, `${path}.old`)
  const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants
  const file = openSync(path, O_APPEND | O_CREAT | O_WRONLY | (isWindows ? 0 : O_NOFOLLOW), 0o600)
  if (runAs !== undefined) fchownSync(file, runAs.uid, runAs.gid)
  return file
}

const settingsFor = (address: Address, durability: Durability, wanted: Readonly<Record<string, string>>) => ({
  shared_buffers: '64MB',
  max_connections: '100',
  ...(durability === 'none' ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  ...wanted,
  port: String(address.port),
  listen_addresses: isWindows ? address.host : '',
  ...(isWindows ? {} : { unix_socket_directories: address.host, unix_socket_permissions: '0700' }),
})

export const spawnPostmaster = async (
  placement: Placement,
  binaries: Binaries,
  durability: Durability,
  wanted: Readonly<Record<string, string>>,
): Promise<Postmaster> => {
  const { dataDir, runAs } = placement
  const address = await chooseAddress(placement)
  const settings = Object.entries(settingsFor(address, durability, wanted))
  const logPath = join(dataDir, 'server.log')
  let log: number | undefined
  try {
    log = openLog(logPath, placement)
    const before = statSync(logPath).size
    const child = spawn(
      postgresIn(binaries),
      ['-D', dataDir, ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      {
        cwd: neutralFolder,
        env: environment,
        detached: true,
        stdio: ['ignore', log, log],
        windowsHide: true,
        ...runAs,
      },
    )
    await once(child, 'spawn')
    child.on('error', () => undefined)
    child.unref()
    return {
      ...address,
      pid: child.pid ?? 0,
      hasExited: () => child.exitCode !== null || child.signalCode !== null,
      lastWords: () => readFileSync(logPath).subarray(before).toString('utf8').trim().split('\n').slice(-15).join('\n'),
    }
  } catch (error) {
    if (!isWindows) rmSync(address.host, { recursive: true, force: true })
    const who = runAs === undefined ? '' : ` as uid ${runAs.uid}`
    throw new Error(`${postgresIn(binaries)} could not be started${who}: ${(error as Error).message}`, { cause: error })
  } finally {
    if (log !== undefined) closeSync(log)
  }
}

const politeness = 10_000
const patience = 6_000

const hasEnded = async (pid: number, withinMs: number): Promise<boolean> => {
  const deadline = Date.now() + withinMs
  while (isAlive(pid) && Date.now() < deadline) await sleep(10)
  return !isAlive(pid)
}

const signal = (pid: number, name: 'SIGINT' | 'SIGQUIT', dataDir: string): void => {
  if (!isServerOf(pid, dataDir)) return
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Ends open sessions and writes everything down; what does not end in time is cut off and recovers at the next start. */
export const stopPostmaster = async (pid: number, dataDir: string, binaries: Binaries): Promise<void> => {
  if (isWindows) {
    const stop = (mode: string) =>
      promisify(execFile)(pgCtlIn(binaries), ['stop', '-D', dataDir, '-m', mode, '-t', '10'])
    await stop('fast')
      .catch(() => stop('immediate'))
      .catch(() => undefined)
    return
  }
  signal(pid, 'SIGINT', dataDir)
  if (await hasEnded(pid, politeness)) return
  signal(pid, 'SIGQUIT', dataDir)
  if (!(await hasEnded(pid, patience))) throw new Error(`PostgreSQL (process ${pid}) on ${dataDir} did not stop`)
}
