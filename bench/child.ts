import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** A server that answers at `url`, a process of its own. */
export interface Server {
  readonly url: string
  readonly pid: number
  readonly stop: () => Promise<void>
}

export interface Command {
  readonly command: string
  readonly args: (port: number) => readonly string[]
  readonly env: (port: number) => NodeJS.ProcessEnv
  readonly cwd?: string
  /** Where it is to listen; a free port unless given. */
  readonly port?: number
  /** A path that is answered once the server is ready, or whether it is, of one that does not speak HTTP. */
  readonly probe: string | (() => Promise<boolean>)
}

const START_MS = 30_000
const STOP_MS = 15_000
const LAST_WORDS = 2000

export const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

/** Resident set of a process, in KB. */
export const residentOf = async (pid: number): Promise<number> =>
  Number((await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)])).stdout)

const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    ({ status }) => status < 500,
    () => false,
  )

/** Starts a server whose standard output nobody reads, and waits until it answers. */
export const startServer = async ({ command, args, env, cwd, probe, port: wanted }: Command): Promise<Server> => {
  const port = wanted ?? (await freePort())
  const child = spawn(command, args(port), { cwd, env: env(port), stdio: ['ignore', 'ignore', 'pipe'] })
  let lastWords = ''
  let ended = false
  const hasEnded = () => ended
  child.stderr.on('data', (data: Buffer) => (lastWords = `${lastWords}${data.toString()}`.slice(-LAST_WORDS)))
  // The last word, should the bench end before it could stop what it started.
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  const exited = new Promise<void>((resolve) => {
    const end = () => {
      ended = true
      process.off('exit', kill)
      resolve()
    }
    child.once('exit', end).once('error', end)
  })

  const stop = async () => {
    if (hasEnded()) return
    child.kill('SIGTERM')
    const timer = setTimeout(kill, STOP_MS)
    await exited
    clearTimeout(timer)
  }

  const url = `http://127.0.0.1:${port}`
  const isReady = typeof probe === 'string' ? () => answers(`${url}${probe}`) : probe
  const deadline = Date.now() + START_MS
  while (!(await isReady())) {
    if (!hasEnded() && Date.now() < deadline) {
      await sleep(50)
      continue
    }
    await stop()
    throw new Error(`${[command, ...args(port)].join(' ')} did not start to answer:\n${lastWords}`)
  }
  return { url, pid: child.pid ?? 0, stop }
}
