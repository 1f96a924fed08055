import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { residentOf, type Server, startServer } from './child.ts'

/** Until garbage is collected. */
const SETTLE_MS = 1000

const file = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** Collects its garbage when it is told to, so that memory that is held can be told from memory not given back yet. */
export const COLLECTING = [
  '--expose-gc',
  '--import',
  'data:text/javascript,process.on("SIGUSR2", () => { gc(); gc() })',
]

/** A server that tells what it holds (`gainedBy`). The program is named from this folder. */
export const startCollecting = (program: string, environment: NodeJS.ProcessEnv): Promise<Server> =>
  startServer({
    command: process.execPath,
    args: () => [...COLLECTING, file(program)],
    env: (port) => ({ PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: String(port), ...environment }),
    cwd: file('..'),
    probe: '/readyz',
  })

export interface Memory {
  /** Resident KB. */
  readonly resident: number
  /** KB that is in use, once garbage was collected. */
  readonly held: number
}

const heldBy = async ({ url, pid }: Server): Promise<number> => {
  process.kill(pid, 'SIGUSR2')
  await sleep(SETTLE_MS)
  const metrics = await (await fetch(`${url}/metrics`)).text()
  const metric = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1])
  return (metric('nodejs_heap_size_used_bytes') + metric('nodejs_external_memory_bytes')) / 1024
}

/** What the server, which is warm, has more of for each of so many streams once all are open. */
export const gainedBy = async (server: Server, streams: number, open: () => Promise<unknown>): Promise<Memory> => {
  const held = await heldBy(server)
  const resident = await residentOf(server.pid)
  await open()
  return {
    resident: ((await residentOf(server.pid)) - resident) / streams,
    held: ((await heldBy(server)) - held) / streams,
  }
}
