import { spawnSync } from 'node:child_process'
import { linkSync, readFileSync, readlinkSync, realpathSync, renameSync, statSync, unlinkSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { basename, join, resolve } from 'node:path'
import { removeSocketFolder } from './address.ts'
import { codeOf, ifThere, isLinux, isWindows } from './platform.ts'

/** What a running PostgreSQL says of itself in `postmaster.pid`. While it starts, the later lines are not there yet. */
interface PidFile {
  readonly text: string
  readonly pid: number
  readonly port: number
  readonly socketFolder: string
  readonly ageMs: number
}

/** PostgreSQL creates the file and then fills it. One that stays empty for longer was left by a crash. */
const EMPTY_GRACE_MS = 2000

const pathOf = (dataDir: string) => join(dataDir, 'postmaster.pid')

export const readPidFile = (dataDir: string): PidFile | undefined =>
  ifThere(() => {
    const text = readFileSync(pathOf(dataDir), 'utf8')
    const ageMs = Date.now() - statSync(pathOf(dataDir)).mtimeMs
    const lines = text.split('\n').map((line) => line.trim())
    const pid = Number.parseInt(lines[0] ?? '', 10) || 0
    return { text, pid, port: Number(lines[3] ?? 0), socketFolder: lines[4] ?? '', ageMs }
  })

const answersToSignals = (pid: number) => {
  if (pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return codeOf(error) === 'EPERM'
  }
}

/** A dead process whose parent does not collect it (usual in containers) answers to signals and does nothing else. */
const isZombie = (pid: number) => {
  if (!isLinux) return false
  try {
    return /\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}

export const isAlive = (pid: number): boolean => answersToSignals(pid) && !isZombie(pid)

const programOf = (pid: number) => {
  if (isLinux) return readFileSync(`/proc/${pid}/comm`, 'utf8').trim()
  const [command, ...args]: [string, ...string[]] = isWindows
    ? ['tasklist', '/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH']
    : ['ps', '-o', 'comm=', '-p', String(pid)]
  const { error, stdout } = spawnSync(command, args, { encoding: 'utf8' })
  const output = error ? '' : stdout
  return basename(output.trim().split('","')[0]?.replace('"', '') ?? '')
}

/** PostgreSQL works inside its data folder, and the folder may have been deleted under it. */
const worksIn = (pid: number, dataDir: string) => {
  if (!isLinux) return true
  try {
    const folder = readlinkSync(`/proc/${pid}/cwd`).replace(/ \(deleted\)$/, '')
    return folder === (ifThere(() => realpathSync(dataDir)) ?? resolve(dataDir))
  } catch (error) {
    return codeOf(error) === 'EACCES'
  }
}

const isPostgres = (pid: number) => {
  try {
    return isAlive(pid) && programOf(pid).startsWith('postgres')
  } catch {
    return false
  }
}

/** Whether the process is the server of this data folder: process ids are reused, so a number alone proves nothing. */
export const isServerOf = (pid: number, dataDir: string): boolean => {
  try {
    return isPostgres(pid) && worksIn(pid, dataDir)
  } catch {
    return false
  }
}

/** Takes the file away only if it still is the one that was judged: a server starting meanwhile keeps its own. */
const setAside = (dataDir: string, judged: PidFile) => {
  const aside = `${pathOf(dataDir)}.${randomBytes(6).toString('hex')}`
  ifThere(() => {
    renameSync(pathOf(dataDir), aside)
    if (readFileSync(aside, 'utf8') !== judged.text) linkSync(aside, pathOf(dataDir))
    unlinkSync(aside)
  })
}

/**
 * Clears what a dead server left. PostgreSQL ignores the file of a dead process itself, and judges better; but it refuses
 * to start when the id now belongs to another program of the same user, or when a crash left the file empty.
 * False when that cannot be told yet. The file may have come with a copy of another folder, whose server goes on unharmed.
 */
export const clearAfterDeath = (dataDir: string, file: PidFile): boolean => {
  if (file.pid === 0 && file.ageMs < EMPTY_GRACE_MS) return false
  if (file.socketFolder !== '' && !isPostgres(file.pid))
    removeSocketFolder({ host: file.socketFolder, port: file.port })
  if (file.pid === 0 || answersToSignals(file.pid)) setAside(dataDir, file)
  return true
}
