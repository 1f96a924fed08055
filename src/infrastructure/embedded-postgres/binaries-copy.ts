import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { canReach, type Identity, temporaryFolders } from './placement.ts'
import { codeOf, isWindows } from './platform.ts'

/** An entry of `pg-symlinks.json`, with paths from the package's root. */
interface Link {
  readonly source: string
  readonly target: string
}

const isThere = (path: string) => lstatSync(path, { throwIfNoEntry: false }) !== undefined

/** npm packages cannot hold symbolic links; the package lists those that its libraries need. Several may make them at once. */
export const linkLibraries = (native: string): void => {
  const list = join(native, 'pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as readonly Link[]) {
    const link = join(native, relative('native', target))
    if (isThere(link)) continue
    try {
      symlinkSync(relative(dirname(target), source), link)
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') throw error
    }
  }
}

const ownUid = () => process.getuid?.() ?? 0

/** Anybody may put a folder of this name into /tmp. What we run from there must have been written by us or by root. */
const isTrusted = (folder: string) => {
  const stats = lstatSync(folder, { throwIfNoEntry: false })
  if (!stats?.isDirectory()) return false
  if (isWindows) return true
  return (stats.uid === 0 || stats.uid === ownUid()) && (stats.mode & 0o022) === 0
}

const filesIn = (folder: string) => readdirSync(folder, { recursive: true }) as string[]

/** Cleaners of /tmp delete by age, file by file. */
const isComplete = (copy: string, native: string) => {
  const present = new Set(filesIn(copy))
  return filesIn(native).every((name) => present.has(name))
}

/** An install under umask 077 leaves files that only root can read. */
const openToRead = (folder: string) => {
  chmodSync(folder, 0o755)
  for (const name of filesIn(folder)) {
    const stats = lstatSync(join(folder, name))
    if (!stats.isSymbolicLink()) chmodSync(join(folder, name), (stats.mode & 0o100) === 0 ? 0o644 : 0o755)
  }
}

const writeCopy = (native: string, copy: string) => {
  const draft = mkdtempSync(`${copy}.draft-`)
  try {
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true })
    linkLibraries(draft)
    openToRead(draft)
    if (isTrusted(copy)) renameSync(copy, join(draft, '.replaced'))
    renameSync(draft, copy)
    rmSync(join(copy, '.replaced'), { recursive: true, force: true })
  } catch (error) {
    rmSync(draft, { recursive: true, force: true })
    if (!(isTrusted(copy) && isComplete(copy, native))) throw error
  }
}

/**
 * A copy of the package's `native` folder that `who` can read and run, made once per version and user.
 * Whoever loses the race to make it uses the winner's.
 */
export const readableCopy = (native: string, version: string, who: Identity | undefined): string => {
  const name = `messenger-pg-${version}${ownUid() === 0 ? '' : `-${ownUid()}`}`
  const failures: string[] = []
  for (const parent of temporaryFolders()) {
    const copy = join(parent, name)
    try {
      if (!canReach(parent, who)) throw new Error('not reachable')
      if (isThere(copy) && !isTrusted(copy)) throw new Error('it belongs to somebody else')
      if (!(isThere(copy) && isComplete(copy, native))) writeCopy(native, copy)
      return copy
    } catch (error) {
      failures.push(`${copy}: ${(error as Error).message}`)
    }
  }
  throw new Error(
    `PostgreSQL cannot be run where it is installed (${native}: not writable, or not reachable for the user it runs ` +
      `as), and it could not be copied to a better place (${failures.join('; ')}). Set DATABASE_URL or STORAGE=memory.`,
  )
}
