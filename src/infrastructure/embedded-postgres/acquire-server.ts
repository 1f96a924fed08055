import { setTimeout as delay } from 'node:timers/promises'
import { type Address, removeSocketFolder } from './address.ts'
import { atExit } from './at-exit.ts'
import { findServer, type Server, serverOf } from './find-server.ts'
import { type Lock, tryToOwn } from './ownership.ts'
import { interrupt, type Postmaster, spawnPostmaster, stopPostmaster } from './postmaster.ts'
import { complaintIn } from './server-log.ts'
import type { Site } from './site.ts'

/** A server of which this process is the one owner. */
export interface Owned {
  readonly server: Server
  readonly lock: Lock
  /** Whether it was running already. */
  readonly attached: boolean
}

interface Acquiring {
  /** Where a server that is started shall listen; otherwise where there is room. */
  readonly address?: Address
  /** Milliseconds in which it must answer. */
  readonly patience?: number
  readonly signal?: AbortSignal
}

export class EmbeddedInUse extends Error {
  override readonly name = 'EmbeddedInUse'
  readonly code = 'EMBEDDED_IN_USE'
  readonly dataDir: string

  constructor(dataDir: string) {
    super(
      `The data folder ${dataDir} is in use by another running server. ` +
        `Stop that one, or choose another DATA_DIR, or let both use one database with DATABASE_URL.`,
    )
    this.dataDir = dataDir
  }
}

const PATIENCE_MS = 30_000
const POLL_MS = 20

/** How long a taken lock may still be that of an owner just killed, whose session PostgreSQL is about to end. */
const TAKEN_GRACE_MS = 500

const LOST_A_RACE = /lock file .* (already exists|is empty)|pre-existing shared memory block|could not create lock file/

/**
 * Starts a server on the data, or takes over the one that a dead owner left running there. Resolves when it answers and is
 * ours; when it rejects, nothing that it started runs. One owner at a time: a second is refused with `EmbeddedInUse`.
 *
 * Until the lock is ours or time is up, each turn looks at what runs there. Dead: a server is started, and is looked at
 * from then on; one that exits because another start was faster is forgotten, any other exit is an error. Found, and its
 * lock free: the server is ours. Found, and its lock taken for longer than the grace: in use. Anything else (the server is
 * starting or stopping, or its file is half written) is looked at again.
 */
export const acquireServer = async (site: Site, acquiring: Acquiring = {}): Promise<Owned> => {
  const { dataDir } = site.placement
  const { address, patience = PATIENCE_MS, signal } = acquiring
  const deadline = Date.now() + patience
  let started: Postmaster | undefined
  let takenSince: number | undefined
  let lastWords = ''

  const forget = (failed: Postmaster) => {
    started = undefined
    lastWords = failed.lastWords()
    removeSocketFolder(failed)
    if (!LOST_A_RACE.test(lastWords))
      throw new Error(`PostgreSQL did not start on ${dataDir}: ${complaintIn(lastWords)}`)
  }

  const look = async (): Promise<Owned | undefined> => {
    const server = started ? serverOf(started, dataDir) : findServer(dataDir)
    if (server === 'dead') {
      started = await spawnPostmaster(site, address)
      takenSince = undefined
    } else if (server !== 'unclear') {
      const attempt = await tryToOwn(server, dataDir)
      if (attempt.kind === 'lock') return { server, lock: attempt, attached: !started }
      if (attempt.kind === 'taken') takenSince ??= Date.now()
    }
    if (takenSince !== undefined && Date.now() - takenSince > TAKEN_GRACE_MS) throw new EmbeddedInUse(dataDir)
    return undefined
  }

  const callOff = atExit(() => started && interrupt(started, dataDir))
  try {
    while (Date.now() < deadline) {
      signal?.throwIfAborted()
      if (started?.hasExited()) {
        forget(started)
        await delay(POLL_MS)
      }
      const owned = await look()
      if (owned) return owned
      await delay(POLL_MS)
    }
    lastWords = started?.lastWords() ?? lastWords
    throw new Error(`PostgreSQL did not answer on ${dataDir} within ${patience / 1000} s: ${complaintIn(lastWords)}`)
  } catch (error) {
    // What is in use by now has another owner, although it was started here.
    if (started && !(error instanceof EmbeddedInUse)) await stopPostmaster(started, dataDir, site.binaries)
    throw error
  } finally {
    callOff()
  }
}
