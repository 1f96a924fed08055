import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Server, startServer } from './child.ts'
import { type Connection, urlOf } from './database.ts'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const PATH = process.env['PATH']

const { scripts } = JSON.parse(readFileSync(here('../package.json'), 'utf8')) as { readonly scripts: { start: string } }

/** What `npm start` gives to node before the name of the program. */
const OPTIONS = scripts.start.split(' ').slice(1, -1)

/** What differs from how it is shipped. */
interface Differently {
  readonly environment?: NodeJS.ProcessEnv
  /** More options of node. */
  readonly options?: readonly string[]
}

/** As it is shipped: every setting has its default, the log is written (to nowhere). Of this checkout, or of another. */
export const startOurs = (
  connection: Connection,
  checkout = here('..'),
  { environment = {}, options = [] }: Differently = {},
): Promise<Server> =>
  startServer({
    command: process.execPath,
    args: () => [...OPTIONS, ...options, join(checkout, 'src/start.mjs')],
    env: (port) => ({ PATH, HOST: '127.0.0.1', PORT: String(port), DATABASE_URL: urlOf(connection), ...environment }),
    cwd: checkout,
    probe: '/readyz',
  })

export const startFloor = (options: readonly string[] = []): Promise<Server> =>
  startServer({
    command: process.execPath,
    args: () => [...options, here('floor.ts')],
    env: (port) => ({ PATH, PORT: String(port), NODE_ENV: 'production' }),
    probe: '/readyz',
  })

const PYTHON = '/usr/bin/python3'
const PEER_PACKAGES = 'python3-fastapi uvicorn python3-sqlalchemy python3-asyncpg python3-uvloop python3-httptools'

/** The versions of what the peer is made of, or why there is no peer. */
export const peerVersions = async (): Promise<{ readonly versions: string } | { readonly missing: string }> => {
  const script = `
import sys, fastapi, uvicorn, sqlalchemy, asyncpg, uvloop, httptools
print(f"Python {sys.version.split()[0]}, " + ", ".join(f"{m.__name__} {m.__version__}" for m in (fastapi, uvicorn, sqlalchemy, asyncpg, uvloop)))`
  try {
    const { stdout } = await promisify(execFile)(PYTHON, ['-c', script], { timeout: 30_000 })
    return { versions: stdout.trim() }
  } catch {
    return { missing: `The peer was not measured; it needs Debian's packages ${PEER_PACKAGES}.` }
  }
}

export const startPeer = (connection: Connection): Promise<Server> =>
  startServer({
    command: PYTHON,
    args: (port) =>
      `-m uvicorn --host 127.0.0.1 --port ${port} --no-access-log --loop uvloop --http httptools fastapi_peer:app`.split(
        ' ',
      ),
    env: () => ({ PATH, DATABASE_URL: urlOf(connection, 'postgresql+asyncpg'), PYTHONDONTWRITEBYTECODE: '1' }),
    cwd: here('.'),
    probe: '/openapi.json',
  })
