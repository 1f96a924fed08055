import { passwordOf } from './initdb.ts'
import type { Credentials } from './ownership.ts'
import { clearAfterDeath, isServerOf, readPidFile } from './pid-file.ts'
import { isWindows } from './platform.ts'
import type { Postmaster } from './postmaster.ts'

/** A server process on the data folder, and how to connect to it. */
export interface Server extends Credentials {
  readonly pid: number
}

const withPassword = (server: Server, dataDir: string): Server => {
  const password = passwordOf(dataDir)
  return password === undefined ? server : { ...server, password }
}

export const serverOf = ({ host, port, pid }: Postmaster, dataDir: string): Server =>
  withPassword({ host, port, pid }, dataDir)

/** The server that runs on the data folder, `dead` when none does, `unclear` while that cannot be told. */
export const findServer = (dataDir: string): Server | 'dead' | 'unclear' => {
  const file = readPidFile(dataDir)
  if (!file) return 'dead'
  const { pid, port, socketFolder } = file
  if (!isServerOf(pid, dataDir)) return clearAfterDeath(dataDir, file) ? 'dead' : 'unclear'
  if (isWindows) return withPassword({ host: '127.0.0.1', port, pid }, dataDir)
  return socketFolder === '' ? 'unclear' : { host: socketFolder, port, pid }
}
