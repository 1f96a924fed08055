import { spawnSync } from 'node:child_process'
import {
  linkSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  statSync,
  unlinkSync,
} from 'node:fs'
import { randomBytes } from 'node:crypto'
import { basename, join, resolve } from 'node:path'

/** What a running PostgreSQL says of itself in `postmaster.pid`. While it starts, the later lines are not there yet. */
export interface PidFile {
  readonly text: string
  readonly pid: number
  readonly port: number
  readonly socketFolder: string
  readonly ageMs: number
}

export const socketFolderPrefix = 'mpg-'

const pathOf = (dataDir: string): string => join(dataDir, 'postmaster.pid')

const ifThere = <A>(read: () => A): A | undefined => {
  try {
    return read()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

export const readPidFile = (dataDir: string): PidFile | undefined =>
  ifThere(() => {
    const text = readFileSync(pathOf(dataDir), 'utf8')
    const ageMs = Date.now() - statSync(pathOf(dataDir)).mtimeMs
    const lines = text.split('\n').map((line) => line.trim())
    const pid = Number.parseInt(lines[0] ?? '', 10) || 0
    return { text, pid, port: Number(lines[3] ?? 0), socketFolder: lines[4] ?? '', ageMs }
  })

const answersToSignals = (pid: number): boolean => {
  if (pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** A dead process whose parent does not collect it (usual in containers) answers to signals and does nothing else. */
const isZombie = (pid: number): boolean => {
  if (process.platform !== 'linux') return false
  try {
    return /\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

export const isAlive = (pid: number): boolean => answersToSignals(pid) && !isZombie(pid)

const programOf = (pid: number): string => {
  if (process.platform === 'linux') return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  const [command, ...args]: [string, ...string[]] =
    process.platform === 'win32'
      ? ['tasklist', '/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH']
      : ['ps', '-o', 'comm=', '-p', String(pid)]
  const { error, stdout } = spawnSync(command, args, { encoding: 'utf8' })
  const output = error ? '' : stdout
  return basename(output.trim().split('","')[0]?.replace('"', '') ?? '')
}

/** PostgreSQL works inside its data folder, and the folder may have been deleted under it. */
const worksIn = (pid: number, dataDir: string): boolean => {
  if (process.platform !== 'linux') return true
  try {
    const folder = readlinkSync(`/proc/${pid}/cwd`).replace(/ \(deleted\)$/, '')
    return folder === (ifThere(() => realpathSync(dataDir)) ?? resolve(dataDir))
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES'
  }
}

/** Process ids are given out again, so a number alone proves nothing. */
export const isServerOf = (pid: number, dataDir: string): boolean => {
  try {
    return isAlive(pid) && programOf(pid).startsWith('postgres') && worksIn(pid, dataDir)
  } catch {
    return false
  }
}

/** Removes a socket folder of ours and nothing else, whatever the path may say. */
export const removeSocketFolder = (folder: string, port: number): void => {
  if (!basename(folder).startsWith(socketFolderPrefix)) return
  try {
    if (!lstatSync(folder).isDirectory()) return
    for (const name of [`.s.PGSQL.${port}`, `.s.PGSQL.${port}.lock`]) ifThere(() => unlinkSync(join(folder, name)))
    rmdirSync(folder)
  } catch {
    // It is empty of data and out of everybody's way; the system's cleaner of temporary files gets it.
  }
}

/** Takes the file away only if it still is the one that was judged: a server starting meanwhile keeps its own. */
const setAside = (dataDir: string, judged: PidFile): void => {
  const aside = `${pathOf(dataDir)}.${randomBytes(6).toString('hex')}`
  ifThere(() => {
    renameSync(pathOf(dataDir), aside)
    if (readFileSync(aside, 'utf8') !== judged.text) linkSync(aside, pathOf(dataDir))
    unlinkSync(aside)
  })
}

const emptyFileGrace = 2_000

/**
 * Clears what a dead server left. PostgreSQL judges a dead process id itself, and better; but it refuses to start when
 * the id now belongs to another program of the same user, or when a crash left the file empty.
 * Answers false when that cannot be judged yet.
 */
export const clearAfterDeath = (dataDir: string, file: PidFile): boolean => {
  if (file.pid === 0 && file.ageMs < emptyFileGrace) return false
  if (file.socketFolder !== '') removeSocketFolder(file.socketFolder, file.port)
  if (file.pid === 0 || answersToSignals(file.pid)) setAside(dataDir, file)
  return true
}
