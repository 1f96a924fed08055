import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { chmod, chown, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Client } from 'pg'
import { unpackedPackages } from '../debian-packages.ts'
import { aFreePort } from '../free-port.ts'
import { until } from '../until.ts'

const run = promisify(execFile)

/** The programs of the distribution's PostgreSQL: server and clients, as administrators have them. */
interface Programs {
  readonly folder: string
  readonly environment: Readonly<Record<string, string>>
}

const INSTALLED = '/usr/lib/postgresql/15/bin'
const NEEDED = [
  ...['postgresql-15', 'postgresql-client-15', 'libpq5', 'libicu72', 'libxml2', 'libldap-2.5-0', 'libsasl2-2'],
  ...['libreadline8', 'libgssapi-krb5-2', 'libk5crypto3', 'libkrb5-3', 'libkrb5support0', 'libkeyutils1'],
  ...['libssl3', 'libcom-err2', 'libpam0g', 'libsystemd0', 'libzstd1', 'liblz4-1'],
]

const find = async (): Promise<Programs> => {
  if (existsSync(join(INSTALLED, 'postgres')) && existsSync(join(INSTALLED, 'pg_dump')))
    return { folder: INSTALLED, environment: {} }
  const root = await unpackedPackages('postgresql-15', NEEDED)
  const machine = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu'
  const libraries = ['usr/lib', 'lib'].map((folder) => join(root, folder, machine)).join(':')
  return { folder: join(root, INSTALLED), environment: { LD_LIBRARY_PATH: libraries } }
}

export interface Address {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

/** A PostgreSQL that asks for passwords, with its superuser. */
export interface SystemPostgres extends Address {
  readonly programs: Programs
  /** Runs SQL as the superuser, in a session of its own. */
  readonly query: (sql: string, database?: string) => Promise<readonly Record<string, unknown>[]>
}

const NOBODY = 65_534
const privileges = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
const SETTINGS = ['fsync=off', 'jit=off', 'max_connections=60', 'listen_addresses=127.0.0.1', 'timezone=UTC']

let started: Promise<SystemPostgres | undefined> | undefined
let server: ChildProcess | undefined

const aCluster = async ({ folder: bin, environment }: Programs): Promise<SystemPostgres> => {
  const folder = await mkdtemp(join(tmpdir(), 'messenger-test-system-'))
  await chmod(folder, 0o755)
  if (privileges.uid !== undefined) await chown(folder, privileges.uid, privileges.gid)
  const [data, secret, password] = [join(folder, 'data'), join(folder, 'secret'), 'the-superusers-secret']
  process.on('exit', () => {
    server?.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 })
  })
  const env = { PATH: process.env['PATH'], ...environment, LC_ALL: 'C.UTF-8' }
  const options = { ...privileges, env, cwd: folder }
  await writeFile(secret, password)
  const how = ['-A', 'scram-sha-256', `--pwfile=${secret}`, '-U', 'postgres', '-E', 'UTF8', '--no-sync']
  await run(join(bin, 'initdb'), ['-D', data, ...how], options)
  const port = await aFreePort()
  const settings = [...SETTINGS, `port=${port}`, `unix_socket_directories=${folder}`].flatMap((one) => ['-c', one])
  server = spawn(join(bin, 'postgres'), ['-D', data, ...settings], { ...options, stdio: 'ignore' })
  // What is left of it ends with this process, which does not wait for it.
  server.unref()

  const where = { host: '127.0.0.1', port, user: 'postgres', password, database: 'postgres' }
  const query = async (sql: string, database = where.database) => {
    const client = new Client({ ...where, database })
    await client.connect()
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows
    } finally {
      await client.end()
    }
  }
  await until(() =>
    query('select 1').then(
      () => true,
      () => false,
    ),
  )
  return { ...where, programs: { folder: bin, environment }, query }
}

/** One for a whole run; undefined, with a line that says why, where the distribution has none. */
export const systemPostgres = (): Promise<SystemPostgres | undefined> =>
  (started ??= find()
    .then(aCluster)
    .catch((error: unknown) => {
      console.warn(
        `PostgreSQL 15 cannot be had here, so its recipes are not tried: ${String(error).split('\n')[0] ?? ''}`,
      )
      return undefined
    }))

/** The same for tests, which are left out where there is none: why, was said then. */
export const systemPostgresFor = async (test: Mocha.Context): Promise<SystemPostgres> =>
  (await systemPostgres()) ?? test.skip()

let databases = 0

/** A database with an owner of its own that logs in with a password. */
export const aSystemDatabase = async ({ host, port, query }: SystemPostgres): Promise<Address> => {
  const name = `messenger_test_${++databases}`
  await query(`create role ${name} login password 'first-password'`)
  await query(`create database ${name} owner ${name}`)
  return { host, port, user: name, password: 'first-password', database: name }
}

export const urlOf = ({ host, port, user, password, database }: Address) =>
  `postgresql://${user}:${password}@${host}:${port}/${database}`

/** How the programs of PostgreSQL find it. */
export const variablesOf = ({ host, port, user, password, database }: Address) => ({
  PGHOST: host,
  PGPORT: String(port),
  PGUSER: user,
  PGPASSWORD: password,
  PGDATABASE: database,
})
