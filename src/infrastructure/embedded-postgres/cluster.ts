import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type Binaries, initdbIn } from './binaries.ts'
import { clusterMajor, type Placement } from './placement.ts'

export type Durability = 'full' | 'none'

const isWindows = process.platform === 'win32'

/** Nothing of the caller's environment may change how PostgreSQL sorts, speaks or where it connects. */
export const environment: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  LC_ALL: 'C',
  TZ: 'UTC',
  ...(isWindows ? { SystemRoot: process.env['SystemRoot'], TEMP: tmpdir(), TMP: tmpdir() } : {}),
}

/** A folder that every user may enter: the caller's own may be closed to the user that PostgreSQL runs as. */
export const neutralFolder = isWindows ? tmpdir() : '/'

/** Windows has no socket folder to keep others out, so a password does. */
const passwordFile = (dataDir: string): string => join(dataDir, 'messenger-password')

export const passwordOf = (dataDir: string): string | undefined =>
  isWindows ? readFileSync(passwordFile(dataDir), 'utf8') : undefined

/** The same order of texts on every platform. The builtin provider came with PostgreSQL 17. */
const locale = (major: number): readonly string[] => {
  if (major >= 17) return ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
  return process.platform === 'linux' ? ['--locale=C', '--lc-ctype=C.UTF-8'] : ['--locale=C']
}

const runInitdb = async (folder: string, binaries: Binaries, placement: Placement, durability: Durability) => {
  const secret = isWindows ? mkdtempSync(join(tmpdir(), 'mpg-')) : undefined
  try {
    const password = randomBytes(24).toString('base64url')
    if (secret !== undefined) writeFileSync(join(secret, 'password'), password, { mode: 0o600 })
    const auth =
      secret === undefined ? ['--auth=trust'] : ['--auth=scram-sha-256', `--pwfile=${join(secret, 'password')}`]
    const sync = durability === 'none' ? ['--no-sync'] : []
    await promisify(execFile)(
      initdbIn(binaries),
      ['-D', folder, '-U', 'postgres', '-E', 'UTF8', ...auth, ...locale(binaries.major), ...sync],
      { cwd: neutralFolder, env: environment, ...placement.runAs },
    )
    if (secret !== undefined) writeFileSync(passwordFile(folder), password, { mode: 0o600 })
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string }
    throw new Error(`initdb could not make a database in ${placement.dataDir}: ${stderr?.trim() || message}`, {
      cause: error,
    })
  } finally {
    if (secret !== undefined) rmSync(secret, { recursive: true, force: true })
  }
}

const entriesOf = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Without it a power cut could bring back the draft's name, and the next start would find no data. */
const makeRenameLast = (parent: string): void => {
  if (isWindows) return
  const handle = openSync(parent, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

const moveIntoPlace = (draft: string, dataDir: string): void => {
  try {
    if (isWindows && entriesOf(dataDir).length === 0) rmSync(dataDir, { recursive: true, force: true })
    renameSync(draft, dataDir)
  } catch (error) {
    if (clusterMajor(dataDir) !== undefined) return
    const { code } = error as NodeJS.ErrnoException
    const hint = code === 'EBUSY' || code === 'EXDEV' ? '; it is a mount point: use a folder inside it' : ''
    throw new Error(`the new database could not be moved to ${dataDir} (${code})${hint}`, { cause: error })
  }
}

const draftAge = 10 * 60_000

const removeOldDrafts = (dataDir: string): void => {
  for (const name of entriesOf(dirname(dataDir))) {
    const draft = join(dirname(dataDir), name)
    if (!name.startsWith(`${basename(dataDir)}.initdb-`)) continue
    const made = statSync(draft, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
    if (Date.now() - made > draftAge) rmSync(draft, { recursive: true, force: true })
  }
}

const makeDraft = ({ dataDir, runAs }: Placement): string => {
  try {
    mkdirSync(dirname(dataDir), { recursive: true })
    removeOldDrafts(dataDir)
    const draft = mkdtempSync(`${dataDir}.initdb-`)
    if (runAs !== undefined) chownSync(draft, runAs.uid, runAs.gid)
    return draft
  } catch (error) {
    throw new Error(
      `no database can be made beside ${dataDir}: ${(error as Error).message}. ` +
        `Choose another DATA_DIR, or set DATABASE_URL or STORAGE=memory.`,
      { cause: error },
    )
  }
}

/**
 * Makes the cluster when there is none. It appears whole or not at all, whatever interrupts it;
 * of several at once one is kept.
 */
export const ensureCluster = async (
  placement: Placement,
  binaries: Binaries,
  durability: Durability,
): Promise<void> => {
  const { dataDir } = placement
  const entries = entriesOf(dataDir)
  if (clusterMajor(dataDir) !== undefined) return
  if (entries.length > 0)
    throw new Error(`${dataDir} holds files, and they are not a PostgreSQL database: choose another DATA_DIR`)
  const draft = makeDraft(placement)
  try {
    await runInitdb(draft, binaries, placement, durability)
    moveIntoPlace(draft, dataDir)
    if (durability === 'full') makeRenameLast(dirname(dataDir))
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}
