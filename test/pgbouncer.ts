import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { libraryPathOf, unpackedPackages } from './debian-packages.ts'
import type { aDatabase } from './postgres.ts'
import { until } from './until.ts'

const run = promisify(execFile)

interface Program {
  readonly command: string
  readonly environment: Record<string, string>
  readonly version: readonly [major: number, minor: number]
}

const NEEDED = ['pgbouncer', 'libc-ares2', 'libevent-2.1-7']

const versionOf = async (command: string, environment: Record<string, string>): Promise<Program> => {
  const { stdout } = await run(command, ['--version'], { env: { ...process.env, ...environment } })
  const [, major, minor] = /PgBouncer (\d+)\.(\d+)/.exec(stdout) ?? []
  return { command, environment, version: [Number(major), Number(minor)] }
}

const find = async (): Promise<Program> => {
  const { PGBOUNCER } = process.env
  if (PGBOUNCER !== undefined) return versionOf(PGBOUNCER, {})
  for (const command of ['/usr/sbin/pgbouncer', '/usr/bin/pgbouncer', '/usr/local/bin/pgbouncer'])
    if (existsSync(command)) return versionOf(command, {})
  const root = await unpackedPackages('pgbouncer', NEEDED)
  return versionOf(join(root, 'usr/sbin/pgbouncer'), await libraryPathOf(root))
}

let program: Promise<Program | undefined> | undefined

/** PgBouncer: the one that PGBOUNCER names, or that is installed, or that can be had from the distribution. */
export const pgbouncer = (): Promise<Program | undefined> =>
  (program ??= find().catch((error: unknown) => {
    console.warn(`PgBouncer cannot be had here, so nothing is tried with it: ${String(error).split('\n')[0] ?? ''}`)
    return undefined
  }))

export interface Pooler {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  readonly stop: () => Promise<void>
}

const children = new Set<ChildProcess>()

// A run that is broken off leaves none behind.
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

const PORT = 6432
const NOBODY = 65_534

interface Place {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password?: string
  readonly database: string
}

/** PgBouncer with the configuration that is in the file. Resolves when it lets in there, with how to stop it. */
export const startPgbouncer = async (file: string, place: Place): Promise<() => Promise<void>> => {
  const { command, environment } = (await pgbouncer()) as Program
  const privileges = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
  const child = spawn(command, ['-q', file], {
    ...privileges,
    env: { ...process.env, ...environment },
    stdio: 'ignore',
  })
  children.add(child)
  await until(async () => {
    const client = new Client({ ...place })
    client.on('error', () => {})
    return client.connect().then(
      () => client.end().then(() => true),
      () => false,
    )
  })
  return async () => {
    children.delete(child)
    child.kill('SIGKILL')
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  }
}

/** PgBouncer in transaction mode before a database, with fewer sessions than the service has connections. */
export const aPooler = async (
  where: Awaited<ReturnType<typeof aDatabase>>,
  settings: Record<string, string | number> = {},
): Promise<Pooler> => {
  const folder = await mkdtemp(join(tmpdir(), 'messenger-test-pool-'))
  await chmod(folder, 0o777)
  const all = {
    listen_port: PORT,
    unix_socket_dir: folder,
    auth_type: 'any',
    pool_mode: 'transaction',
    default_pool_size: 3,
    ...settings,
  }
  const lines = Object.entries(all).map(([name, value]) => `${name} = ${value}`)
  const { host, port, user, database } = where
  const target = `${database} = host=${host} port=${port} user=${user} dbname=${database}`
  const file = join(folder, 'pgbouncer.ini')
  await writeFile(file, `[databases]\n${target}\n[pgbouncer]\n${lines.join('\n')}\n`)

  const pooler = { host: folder, port: PORT, user, database }
  const end = await startPgbouncer(file, pooler)
  const stop = async () => {
    await end()
    await rm(folder, { recursive: true, force: true })
  }
  return { ...pooler, stop }
}
