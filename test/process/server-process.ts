import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { type Client, clientOf } from '../client.ts'
import { confideVariables, hear } from '../logged.ts'
import { abandonPostgres, postmasterOn, removeSockets } from '../postmaster.ts'
import { until } from '../until.ts'

export interface LogLine {
  readonly level: number
  readonly msg: string
  readonly err?: { readonly message: string }
}

export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  /** Everything written to the standard error. */
  readonly stderr: string
}

/** The real service in a process and a process group of its own. */
export interface ServerProcess {
  readonly pid: number
  readonly dataDir: string
  readonly logs: readonly LogLine[]
  /** Milliseconds since the process was spawned. */
  readonly age: () => number
  /** The first log line, written or to come, whose message matches. Rejects when the process ends without it. */
  readonly logged: (pattern: RegExp) => Promise<RegExpExecArray>
  /** A client of the service, once it listens. */
  readonly listening: () => Promise<Client>
  readonly kill: (signal: NodeJS.Signals) => void
  /** The same for its whole process group, as a terminal does on Ctrl-C. */
  readonly killGroup: (signal: NodeJS.Signals) => void
  readonly exit: Promise<Exit>
}

/** Signals are sent to processes that `/proc` shows. */
export const onlyOnLinux = process.platform === 'linux' ? describe : describe.skip

/** The repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

const children = new Set<ChildProcess>()
const folders = new Set<string>()
const ended = new Set<{ readonly pid: number; readonly exit: Exit }>()

/** Sends a signal, unless the process has just ended. */
export const signalTo = (pid: number, signal: NodeJS.Signals) => {
  try {
    process.kill(pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** A folder for data that whoever PostgreSQL runs as can reach. */
export const aDataFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'messenger-process-'))
  chmodSync(folder, 0o755)
  folders.add(folder)
  return folder
}

const worksIn = (pid: string, folder: string) => {
  try {
    return (
      readlinkSync(`/proc/${pid}/cwd`).startsWith(folder) && !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
    )
  } catch {
    return false
  }
}

/** Process ids of the PostgreSQL on a data folder, its postmaster's first, then its backends'. */
export const postgresOn = (dataDir: string): readonly number[] => {
  const running = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && worksIn(name, join(dataDir, 'postgres')))
  const postmaster = postmasterOn(join(dataDir, 'postgres'))?.pid
  return running.map(Number).sort((a, b) => Number(b === postmaster) - Number(a === postmaster))
}

/** What a start that was broken off has left behind: its command names the folder. */
const isAbout = (pid: string, folder: string) => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder)
  } catch {
    return false
  }
}

const killPostgres = async (dataDir: string) => {
  const { socketFolder = '' } = postmasterOn(join(dataDir, 'postgres')) ?? {}
  await until(() => {
    const starting = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && isAbout(name, dataDir))
    const running = [...postgresOn(dataDir), ...starting.map(Number)]
    for (const pid of running) signalTo(pid, 'SIGKILL')
    return running.length === 0
  })
  removeSockets(socketFolder)
}

/** Ends every process and removes every folder that a test left behind. After a red one it says which had ended before. */
export async function cleanUp(this: Mocha.Context): Promise<void> {
  if (this.currentTest?.state === 'failed')
    for (const { pid, exit } of ended) console.error(`server ${pid} had ended: ${JSON.stringify(exit)}`)
  ended.clear()
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  children.clear()
  for (const folder of folders) {
    await killPostgres(folder)
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 })
  }
  folders.clear()
}

// A run that is broken off waits for nothing.
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
  for (const folder of folders) {
    abandonPostgres(join(folder, 'postgres'))
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 })
  }
})

/** Only what a test says reaches the service: no DATABASE_URL of whoever runs the tests. */
const environmentOf = (variables: Record<string, string>) => {
  const { PATH, TMPDIR, NODE_V8_COVERAGE } = process.env
  const inherited = Object.entries({ PATH, TMPDIR, NODE_V8_COVERAGE }).filter(([, value]) => value !== undefined)
  return { ...Object.fromEntries(inherited), HOST: '127.0.0.1', PORT: '0', LOG_LEVEL: 'info', ...variables }
}

/** Spawns the service; without a DATA_DIR it gets an empty one of its own. */
export const start = (variables: Record<string, string> = {}): ServerProcess => {
  const dataDir = variables['DATA_DIR'] ?? aDataFolder()
  const env = environmentOf({ ...variables, DATA_DIR: dataDir })
  const spawnedAt = performance.now()
  const child = spawn(process.execPath, ['src/start.mjs'], {
    cwd: root,
    env,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  const pid = child.pid ?? 0
  const logs: LogLine[] = []
  const stderr = text(child.stderr)
  confideVariables(env)
  void stderr.then(hear)
  const lines = createInterface(child.stdout)
    .on('line', hear)
    .on('line', (line) => logs.push(JSON.parse(line) as LogLine))
  const logsEnd = once(lines, 'close')
  const exit = once(child, 'exit').then(async ([code, signal]): Promise<Exit> => {
    await logsEnd
    const how = { code: code as number | null, signal: signal as NodeJS.Signals | null, stderr: await stderr }
    ended.add({ pid, exit: how })
    return how
  })

  const find = (pattern: RegExp) => logs.map(({ msg }) => pattern.exec(msg)).find((match) => match !== null)
  const logged = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = find(pattern)
        if (match) resolve(match)
      }
      look()
      lines.on('line', look)
      void exit.then((how) => {
        look()
        reject(new Error(`it ended without logging ${pattern}: ${JSON.stringify({ ...how, logs })}`))
      })
    })

  return {
    pid,
    dataDir,
    logs,
    age: () => performance.now() - spawnedAt,
    logged,
    listening: async () => clientOf((await logged(/^listening on (http:\S+),/))[1] ?? ''),
    kill: (signal) => signalTo(pid, signal),
    killGroup: (signal) => signalTo(-pid, signal),
    exit,
  }
}
