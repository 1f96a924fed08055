import { setTimeout as delay } from 'node:timers/promises'
import { acquireServer, EmbeddedInUse, type Owned } from './acquire-server.ts'
import { removeSocketFolder } from './address.ts'
import { atExit } from './at-exit.ts'
import { keepOwning, type Ownership, tryToOwn } from './ownership.ts'
import { isServerOf } from './pid-file.ts'
import { interrupt, stopPostmaster } from './postmaster.ts'
import { pauseBeforeStart } from './restart-budget.ts'
import type { Site } from './site.ts'

interface Told {
  readonly log: (line: string) => void
  readonly onFailure: (error: Error) => void
  readonly onLost: (error: Error) => void
}

interface Supervised {
  readonly pid: () => number
  /** Ends every session and the server. Repeated calls wait for the same end. */
  readonly stop: () => Promise<void>
}

/**
 * Looks after a server that is ours. While its process lives it is `serving`, whatever becomes of sessions in it. Found dead
 * it is `restarting`: started again at the same address after growing pauses, until it answers and is `serving` once more, or
 * is `lost`, when too many starts in too short a time did not help or the data has another owner by now. `stop` ends any of
 * these; a server that is stopped has not died.
 */
export const supervise = (site: Site, first: Owned, { log, onFailure, onLost }: Told): Supervised => {
  const { dataDir } = site.placement
  const stopping = new AbortController()
  const starts: number[] = []
  let { server } = first
  let ownership: Ownership
  let restarting: Promise<void> | undefined

  const lose = (failure: Error) => {
    // What is in use has another owner, who may have taken over what was started here.
    if (!(failure instanceof EmbeddedInUse)) removeSocketFolder(server)
    onLost(failure)
  }

  const restart = async () => {
    const { signal } = stopping
    let failure = new Error('the embedded PostgreSQL has ended, and nobody here asked it to')
    while (!signal.aborted) {
      onFailure(failure)
      const pause = failure instanceof EmbeddedInUse ? undefined : pauseBeforeStart(starts, Date.now())
      if (pause === undefined) return lose(failure)
      await delay(pause, undefined, { signal }).catch(() => {})
      starts.push(Date.now())
      try {
        keep(await acquireServer(site, { address: first.server, signal }))
        return log(`embedded PostgreSQL started again, data in ${dataDir}`)
      } catch (error) {
        failure = error as Error
      }
    }
  }

  const keep = (owned: Owned) => {
    server = owned.server
    const takeAgain = () => tryToOwn(owned.server, dataDir)
    ownership = keepOwning(
      owned.lock,
      takeAgain,
      () => isServerOf(owned.server.pid, dataDir),
      () => {
        restarting = restart()
      },
    )
  }
  keep(first)
  const callOff = atExit(() => interrupt(server, dataDir))

  const stop = async () => {
    stopping.abort()
    await restarting
    await ownership.endWith(() => stopPostmaster(server, dataDir, site.binaries))
    callOff()
  }
  let stopped: Promise<void> | undefined
  return { pid: () => server.pid, stop: () => (stopped ??= stop()) }
}
