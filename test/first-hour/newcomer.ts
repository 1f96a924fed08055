import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Variables } from '../../src/config.ts'

/** Milliseconds that a package manager and a server may take together. */
const PATIENCE_MS = 90_000

/** Milliseconds that a server and its PostgreSQL may take to stop. */
const STOP_MS = 20_000

/** Somebody who has just got the project, and nothing of ours. */
export interface Newcomer {
  readonly folder: string
  /** Starts a server by a command of the documents; resolves when it is ready. */
  readonly start: (command: string, more?: NodeJS.ProcessEnv) => Promise<Server>
  readonly environment: NodeJS.ProcessEnv
}

export interface Server {
  readonly url: string
  readonly stop: () => Promise<void>
}

const FROM_NPM = /^(npm_(package|lifecycle|command|config_local)|INIT_CWD)/

const isOurs = (name: string) => FROM_NPM.test(name) || name.replace(/_FILE$/, '') in Variables.props

/** Without what `npm run` adds, and what the service would read: a newcomer's npm and Node are not those of this project. */
const environmentOf = (port: number): NodeJS.ProcessEnv => {
  const { PATH = '', ...own } = process.env
  const path = PATH.split(delimiter).filter((folder) => !/node_modules|node-gyp-bin/.test(folder))
  const others = Object.entries(own).filter(([name]) => !isOurs(name))
  return { ...Object.fromEntries(others), PATH: path.join(delimiter), NODE_OPTIONS: '', PORT: String(port) }
}

const isReady = (url: string) =>
  fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2000) }).then(
    ({ ok }) => ok,
    () => false,
  )

/** Whether there was anybody to send it to. */
const signalGroup = ({ pid }: ChildProcess, signal: NodeJS.Signals | 0): boolean => {
  try {
    return pid !== undefined && process.kill(-pid, signal)
  } catch {
    return false
  }
}

/** Ends the command and all that it started: npm ends before the server that it runs. */
const stopGroup = async (child: ChildProcess) => {
  signalGroup(child, 'SIGTERM')
  const deadline = Date.now() + STOP_MS
  while (signalGroup(child, 0) && Date.now() < deadline) await sleep(50)
  if (signalGroup(child, 'SIGKILL')) throw new Error(`what was started did not end within ${STOP_MS / 1000} s`)
}

/** Clones what was committed here into an empty folder. */
export const aNewcomer = (root: string, parent: string, port: number): Newcomer => {
  const folder = join(parent, 'messenger-api')
  execFileSync('git', ['clone', '--quiet', `file://${root}`, folder], { stdio: 'inherit' })
  const environment = environmentOf(port)
  const url = `http://localhost:${port}`

  return {
    folder,
    environment,
    start: async (command, more = {}) => {
      const env = { ...environment, ...more }
      const child = spawn('bash', ['-c', command], {
        cwd: folder,
        env,
        detached: true,
        stdio: ['ignore', 'ignore', 'inherit'],
      })
      const server = { url, stop: () => stopGroup(child) }
      const deadline = Date.now() + PATIENCE_MS
      while (!(await isReady(url))) {
        if (child.exitCode === null && Date.now() < deadline) {
          await sleep(50)
          continue
        }
        await server.stop()
        throw new Error(`\`${command}\` did not serve within ${PATIENCE_MS / 1000} s (it ended with ${child.exitCode})`)
      }
      return server
    },
  }
}
