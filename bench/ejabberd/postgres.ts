import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { findBinaries, postgresIn } from '../../src/infrastructure/embedded-postgres/binaries.ts'
import { ensureCluster } from '../../src/infrastructure/embedded-postgres/cluster.ts'
import type { EmbeddedPostgres } from '../../src/infrastructure/embedded-postgres/embedded-postgres.ts'
import { placeData } from '../../src/infrastructure/embedded-postgres/placement.ts'
import { ENVIRONMENT, WORKING_DIRECTORY } from '../../src/infrastructure/embedded-postgres/platform.ts'
import { freePort, type Server } from '../child.ts'
import { connectionTo, SERVER_SETTINGS, withClient } from '../database.ts'

/** A PostgreSQL that both of them share, and that may be killed. */
export interface SharedPostgres extends Server, EmbeddedPostgres {
  /** Its process and those of its sessions, as of now. */
  readonly processes: () => readonly number[]
  /** Ends every process of it with SIGKILL, and starts it again on the same port. Resolves when it answers. */
  readonly kill: () => Promise<void>
}

const PATIENCE_MS = 30_000

const childrenOf = (parent: number): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
        return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent
      } catch {
        return false
      }
    })

const endAtOnce = (pid: number) => {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}

/**
 * The product's own PostgreSQL, with the product's settings, but on a TCP port: ejabberd's driver cannot speak over a Unix
 * socket, so neither of the two does. Rejects when it does not answer within 30 s.
 */
export const startSharedPostgres = async (folder: string): Promise<SharedPostgres> => {
  const placement = placeData(join(folder, 'shared-postgres'), () => undefined)
  const { dataDir, runAs } = placement
  const binaries = findBinaries(placement)
  await ensureCluster(placement, binaries, 'full')
  const port = await freePort()
  const settings = Object.entries({
    shared_buffers: '64MB',
    ...SERVER_SETTINGS,
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
  }).flatMap(([name, value]) => ['-c', `${name}=${value}`])

  const spawned = () =>
    spawn(postgresIn(binaries), ['-D', dataDir, ...settings], {
      cwd: WORKING_DIRECTORY,
      env: ENVIRONMENT,
      stdio: 'ignore',
      ...runAs,
    })
  let child = spawned()
  let stopped = false
  const address = { host: '127.0.0.1', port, user: 'postgres', dataDir, attached: false }
  const answers = () =>
    withClient(connectionTo({ ...address, pid: 0, stop: async () => {} }, 'postgres'), (client) =>
      client.query('select'),
    ).then(
      () => true,
      () => false,
    )
  const answering = async () => {
    const deadline = Date.now() + PATIENCE_MS
    while (!(await answers())) {
      if (Date.now() > deadline) throw new Error(`PostgreSQL on ${dataDir} did not start to answer`)
      // While a process of the one that was killed is still there, a new one ends at once.
      if (child.exitCode !== null && !stopped) child = spawned()
      await sleep(20)
    }
  }
  const processes = () => (child.pid === undefined ? [] : [child.pid, ...childrenOf(child.pid)])
  const killNow = () => processes().forEach(endAtOnce)
  process.once('exit', killNow)
  await answering()

  return {
    ...address,
    url: `postgresql://127.0.0.1:${port}`,
    get pid() {
      return child.pid ?? 0
    },
    processes,
    kill: async () => {
      const exited = once(child, 'exit')
      killNow()
      await exited
      child = spawned()
      await answering()
    },
    stop: async () => {
      stopped = true
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, 'exit')
        child.kill('SIGINT')
        await exited
      }
      process.off('exit', killNow)
    },
  }
}
