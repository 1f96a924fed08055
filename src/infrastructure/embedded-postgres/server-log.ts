import { constants, fchownSync, openSync, readFileSync, renameSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { unusable } from './folders.ts'
import type { Placement } from './placement.ts'
import { isWindows } from './platform.ts'

/** Bytes from which a log is put aside when the server starts. */
const LOG_LIMIT = 10_000_000

const LAST_LINES = 15

/** The log that a server writes into its data folder, opened for it. */
interface ServerLog {
  /** For whoever opened it to close. */
  readonly file: number
  /** The last lines that were written since it was opened. */
  readonly lastWords: () => string
}

/** Rejects, naming `DATA_DIR`, when nothing can be written there. */
export const openServerLog = ({ dataDir, runAs }: Placement): ServerLog => {
  const path = join(dataDir, 'server.log')
  const sizeOf = () => statSync(path, { throwIfNoEntry: false })?.size ?? 0
  try {
    if (sizeOf() > LOG_LIMIT) renameSync(path, `${path}.old`)
    const { O_APPEND, O_CREAT, O_NOFOLLOW, O_WRONLY } = constants
    const file = openSync(path, O_APPEND | O_CREAT | O_WRONLY | (isWindows ? 0 : O_NOFOLLOW), 0o600)
    if (runAs) fchownSync(file, runAs.uid, runAs.gid)
    const before = sizeOf()
    const written = () => readFileSync(path).subarray(before).toString('utf8')
    return { file, lastWords: () => written().trim().split('\n').slice(-LAST_LINES).join('\n') }
  } catch (error) {
    throw unusable(dataDir, error)
  }
}

/** What of a server's last words says why it ended; all of them, when none of them does. */
export const complaintIn = (lastWords: string): string => {
  const complaints = lastWords.split('\n').filter((line) => /\b(FATAL|PANIC|HINT): /.test(line))
  return (complaints.length > 0 ? complaints : [lastWords])
    .map((line) => line.replace(/^.*?(?=\b(FATAL|PANIC|HINT): )/, '').replace(/:\s+/, ': '))
    .join('; ')
}
