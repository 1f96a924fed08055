import {
  chownSync,
  closeSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Binaries } from './binaries.ts'
import { makeFolders, unusable } from './folders.ts'
import { type Durability, runInitdb } from './initdb.ts'
import { clusterMajor, type Placement } from './placement.ts'
import { codeOf, isWindows } from './platform.ts'

/** A draft this old was left by a start that was interrupted. */
const DRAFT_AGE_MS = 10 * 60_000

const entriesOf = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** Without it a power cut could bring back the draft's name, and the next start would find no data. */
const syncFolder = (folder: string) => {
  if (isWindows) return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

const moveIntoPlace = (draft: string, dataDir: string) => {
  try {
    if (isWindows && entriesOf(dataDir).length === 0) rmSync(dataDir, { recursive: true, force: true })
    renameSync(draft, dataDir)
  } catch (error) {
    if (clusterMajor(dataDir) !== undefined) return
    const code = codeOf(error)
    const hint = code === 'EBUSY' || code === 'EXDEV' ? '; it is a mount point: use a folder inside it' : ''
    throw new Error(`the new database could not be moved to ${dataDir} (${code})${hint}`, { cause: error })
  }
}

const removeOldDrafts = (dataDir: string) => {
  for (const name of entriesOf(dirname(dataDir))) {
    if (!name.startsWith(`${basename(dataDir)}.initdb-`)) continue
    const draft = join(dirname(dataDir), name)
    const made = statSync(draft, { throwIfNoEntry: false })?.mtimeMs ?? Date.now()
    if (Date.now() - made > DRAFT_AGE_MS) rmSync(draft, { recursive: true, force: true })
  }
}

const makeDraft = ({ dataDir, runAs }: Placement) => {
  try {
    makeFolders(dirname(dataDir))
    removeOldDrafts(dataDir)
    const draft = mkdtempSync(`${dataDir}.initdb-`)
    if (runAs) chownSync(draft, runAs.uid, runAs.gid)
    return draft
  } catch (error) {
    throw unusable(dataDir, error)
  }
}

/**
 * Makes the cluster when there is none: as a draft beside its place, which is then renamed. So it appears whole or not at
 * all, whatever interrupts it, and of several made at once one is kept.
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
    if (durability === 'full') syncFolder(dirname(dataDir))
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}
