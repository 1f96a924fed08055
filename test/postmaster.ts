import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** What a PostgreSQL that runs on a data folder says of itself. */
export const postmasterOn = (dataDir: string): { readonly pid: number; readonly socketFolder: string } | undefined => {
  try {
    const lines = readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')
    return { pid: Number(lines[0]), socketFolder: lines[4] ?? '' }
  } catch {
    return undefined
  }
}

export const removeSockets = (socketFolder: string) => {
  if (/\/mpg-[^/]+$/.test(socketFolder)) rmSync(socketFolder, { recursive: true, force: true })
}

const sleepHere = (milliseconds: number) =>
  void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)

/** For a process that is about to end and can await nothing: ends the PostgreSQL on a data folder at once. */
export const abandonPostgres = (dataDir: string): void => {
  const postmaster = postmasterOn(dataDir)
  if (!postmaster?.socketFolder) return
  try {
    process.kill(postmaster.pid, 'SIGQUIT')
    for (let attempt = 0; attempt < 200 && postmasterOn(dataDir); attempt++) sleepHere(10)
  } catch {
    // It has ended already.
  }
  removeSockets(postmaster.socketFolder)
}
