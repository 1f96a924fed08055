import { createHash } from 'node:crypto'
import { existsSync, lchownSync, readdirSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { makeFolders, unusable } from './folders.ts'
import { codeOf, isWindows } from './platform.ts'

/** A user and a group of the operating system. */
export interface Identity {
  readonly uid: number
  readonly gid: number
}

/** Where the data is and who owns it. */
export interface Placement {
  readonly dataDir: string
  /** Whom PostgreSQL runs as. Absent: as whoever runs Node. */
  readonly runAs?: Identity
}

/** PostgreSQL refuses to run as root. 65534 is `nobody` in practically every passwd, so no user has to be made. */
const NOBODY: Identity = { uid: 65534, gid: 65534 }

const isRoot = () => process.getuid?.() === 0

/** The major version of the cluster in a folder, or undefined when there is none. */
export const clusterMajor = (dataDir: string): number | undefined => {
  try {
    return Number.parseInt(readFileSync(join(dataDir, 'PG_VERSION'), 'utf8'), 10)
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new Error(
      `the data folder ${dataDir} cannot be read (${code}); it probably belongs to another user: ` +
        `start as that user, or choose another DATA_DIR, or set DATABASE_URL`,
      { cause: error },
    )
  }
}

/** Whether a user may pass through every existing folder on the way to a path, itself included when it is a folder. */
export const canReach = (path: string, who: Identity | undefined): boolean => {
  if (who === undefined || who.uid === 0) return true
  if (!existsSync(path)) return canReach(dirname(path), who)
  const passes = (folder: string): boolean => {
    const { mode, uid, gid } = statSync(folder)
    const bit = uid === who.uid ? 0o100 : gid === who.gid ? 0o010 : 0o001
    return (mode & bit) !== 0 && (dirname(folder) === folder || passes(dirname(folder)))
  }
  const real = realpathSync(path)
  return passes(statSync(real).isDirectory() ? real : dirname(real))
}

/** Temporary folders, the caller's own first: it may be closed to others, or its path too long. */
export const temporaryFolders = (): readonly string[] => {
  const usual = isWindows ? [] : ['/tmp', '/var/tmp']
  return [...new Set([tmpdir(), ...usual])].filter((folder) => existsSync(folder))
}

const chownTree = (path: string, { uid, gid }: Identity) => {
  lchownSync(path, uid, gid)
  for (const name of readdirSync(path, { recursive: true }) as string[]) lchownSync(join(path, name), uid, gid)
}

/**
 * A cluster keeps the owner that it has, so that a start as root does not lock out the ordinary user who made it.
 * One that belongs to root (a restored copy, say) is given to `nobody`.
 */
const placeExisting = (dataDir: string): Placement => {
  const { uid, gid } = statSync(dataDir)
  const runAs = uid === 0 ? NOBODY : { uid, gid }
  if (!canReach(dirname(dataDir), runAs))
    throw new Error(
      `the data folder ${dataDir} lies below a folder that uid ${runAs.uid} may not enter, and PostgreSQL cannot run ` +
        `as root: move it, or allow passage (chmod o+x) on the folders above it, or set DATABASE_URL`,
    )
  if (uid === 0) chownTree(dataDir, runAs)
  return { dataDir, runAs }
}

/** Decides where the data is and whom PostgreSQL runs as. A cluster once made is found again, never started anew. */
export const placeData = (wanted: string, log: (line: string) => void): Placement => {
  const dataDir = resolve(wanted)
  if (!isRoot()) return { dataDir }
  if (clusterMajor(dataDir) !== undefined) return placeExisting(dataDir)

  const elsewhere = `/var/lib/messenger-${createHash('sha256').update(dataDir).digest('hex').slice(0, 12)}`
  if (clusterMajor(elsewhere) === undefined && canReach(dirname(dataDir), NOBODY)) {
    try {
      makeFolders(dirname(dataDir))
    } catch (error) {
      throw unusable(dataDir, error)
    }
    if (canReach(dirname(dataDir), NOBODY)) return { dataDir, runAs: NOBODY }
  }
  log(`${dataDir} is not reachable for the user that PostgreSQL runs as; the data is in ${elsewhere}`)
  return clusterMajor(elsewhere) === undefined ? { dataDir: elsewhere, runAs: NOBODY } : placeExisting(elsewhere)
}
