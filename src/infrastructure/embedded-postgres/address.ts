import { once } from 'node:events'
import { chownSync, lstatSync, mkdirSync, mkdtempSync, rmdirSync, unlinkSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { canReach, type Placement, temporaryFolders } from './placement.ts'
import { codeOf, ifThere, isWindows } from './platform.ts'

/** Where a server listens: a socket in a folder of its own, or a port of 127.0.0.1 on Windows. */
export interface Address {
  readonly host: string
  readonly port: number
}

const SOCKET_FOLDER_PREFIX = 'mpg-'

/** Part of the socket's name. */
const SOCKET_PORT = 5432

/** Bytes that `sun_path` takes where it is shortest (macOS), but for the closing zero. */
const MAX_SOCKET_PATH = 103

/** Only the user that PostgreSQL runs as (and root) can enter, which is what makes passwords unnecessary. */
const makeSocketFolder = ({ runAs }: Placement) => {
  const fits = (parent: string) =>
    Buffer.byteLength(join(parent, `${SOCKET_FOLDER_PREFIX}XXXXXX`, `.s.PGSQL.${SOCKET_PORT}`)) <= MAX_SOCKET_PATH
  const parent = temporaryFolders().find((folder) => fits(folder) && canReach(folder, runAs))
  if (parent === undefined) throw new Error('no temporary folder has a path short enough for a unix socket (/tmp?)')
  const folder = mkdtempSync(join(parent, SOCKET_FOLDER_PREFIX))
  if (runAs) chownSync(folder, runAs.uid, runAs.gid)
  return folder
}

const freePort = async () => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  await promisify(probe.close.bind(probe))()
  return port
}

export const chooseAddress = async (placement: Placement): Promise<Address> =>
  isWindows ? { host: '127.0.0.1', port: await freePort() } : { host: makeSocketFolder(placement), port: SOCKET_PORT }

/**
 * The same address again, after its server has died. A cleaner may have taken the folder away; one that somebody else has put
 * there meanwhile is not used.
 */
export const reopenAddress = (address: Address, { runAs }: Placement): Address => {
  if (isWindows) return address
  const { host: folder } = address
  try {
    mkdirSync(folder, { mode: 0o700 })
    if (runAs) chownSync(folder, runAs.uid, runAs.gid)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    const { uid, mode } = lstatSync(folder)
    const isOurs = uid === (runAs?.uid ?? process.getuid?.())
    if (!isOurs || (mode & 0o077) !== 0)
      throw new Error(`the socket folder ${folder} belongs to somebody else by now`, { cause: error })
  }
  return address
}

/** Removes a socket folder of ours and nothing else, whatever the path may say. */
export const removeSocketFolder = ({ host: folder, port }: Address): void => {
  if (!basename(folder).startsWith(SOCKET_FOLDER_PREFIX)) return
  try {
    if (!lstatSync(folder).isDirectory()) return
    for (const name of [`.s.PGSQL.${port}`, `.s.PGSQL.${port}.lock`]) ifThere(() => unlinkSync(join(folder, name)))
    rmdirSync(folder)
  } catch {
    // It holds no data and is in nobody's way; the system's cleaner of temporary files gets it.
  }
}
