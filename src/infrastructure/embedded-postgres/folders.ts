import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { codeOf } from './platform.ts'

/** Why nothing can be kept in the data folder, and what to do. */
export const unusable = (dataDir: string, error: unknown): Error =>
  new Error(
    `DATA_DIR cannot be used, no database can be kept in ${dataDir} (${(error as Error).message}): ` +
      `choose another DATA_DIR, or set DATABASE_URL or STORAGE=memory`,
    { cause: error },
  )

/** Not `recursive`: where a folder cannot be made although the one above is there, as in /proc, Node tries for ever. */
export const makeFolders = (path: string): void => {
  if (statSync(path, { throwIfNoEntry: false })) return
  if (dirname(path) !== path) makeFolders(dirname(path))
  try {
    mkdirSync(path, { mode: 0o755 })
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
  }
}
