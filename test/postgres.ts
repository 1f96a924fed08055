import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import {
  type EmbeddedPostgres,
  ensureDatabase,
  startEmbeddedPostgres,
} from '../src/infrastructure/embedded-postgres/embedded-postgres.ts'
import { type Database, openDatabase } from '../src/infrastructure/postgres/database/database.ts'
import { migrate } from '../src/infrastructure/postgres/migrations/migrate.ts'
import { abandonPostgres } from './postmaster.ts'

const TEMPLATE = 'messenger_test_template'

let cluster: Promise<{ server: EmbeddedPostgres; folder: string }> | undefined

const startCluster = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'messenger-test-'))
  // Started by root, PostgreSQL runs as another user, who must be able to reach its data.
  await chmod(folder, 0o755)
  process.once('exit', () => {
    if (!cluster) return
    abandonPostgres(join(folder, 'data'))
    rmSync(folder, { recursive: true, force: true, maxRetries: 20 })
  })
  const server = await startEmbeddedPostgres({ dataDir: join(folder, 'data'), durability: 'none' })
  await ensureDatabase(server, TEMPLATE)
  const template = openDatabase({ ...server, database: TEMPLATE })
  await migrate(template)
  await template.close()
  return { server, folder }
}

const admin = async (server: EmbeddedPostgres, sql: string) => {
  const client = new Client({ ...server, database: 'postgres' })
  await client.connect()
  await client.query(sql)
  await client.end()
}

/** Runs SQL beside the service, in a session that may always write. */
export const adminOf = async (where: Awaited<ReturnType<typeof aDatabase>>, sql: string) => {
  const client = new Client({ ...where, options: '-c default_transaction_read_only=off' })
  await client.connect()
  try {
    return await client.query<Record<string, unknown>>(sql)
  } finally {
    await client.end()
  }
}

/** The connection of a database of its own, migrated, on the one cluster of this test run (without fsync). */
export const aDatabase = async () => {
  const { server } = await (cluster ??= startCluster())
  const database = `messenger_test_${randomUUID().replaceAll('-', '')}`
  await admin(server, `create database ${database} template ${TEMPLATE}`)
  const { host, port, user } = server
  return { host, port, user, database }
}

/** The same, empty: nothing was migrated yet. */
export const anEmptyDatabase = async () => {
  const { server } = await (cluster ??= startCluster())
  const database = `messenger_test_${randomUUID().replaceAll('-', '')}`
  await ensureDatabase(server, database)
  const { host, port, user } = server
  return { host, port, user, database }
}

export const urlOf = ({ host, port, user, database }: Awaited<ReturnType<typeof aDatabase>>) =>
  `postgresql://${user}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`

export const anOpenDatabase = async (): Promise<Database> => openDatabase(await aDatabase())

/** Sessions that tests have left open, each with the last that it did. One that was just ended takes a moment to go. */
const leftOpen = async (server: EmbeddedPostgres) => {
  const client = new Client({ ...server, database: 'postgres' })
  await client.connect()
  try {
    for (let attempt = 1; ; attempt++) {
      const { rows } = await client.query<{ query: string }>(
        `select query from pg_stat_activity where datname ~ '^messenger_test_[0-9a-f]{32}$'`,
      )
      if (rows.length === 0 || attempt === 100) return rows.map(({ query }) => query)
      await sleep(20)
    }
  } finally {
    await client.end()
  }
}

/** Ends the cluster, and tells what was still connected to it. */
export const stopCluster = async (): Promise<readonly string[]> => {
  const running = await cluster?.catch(() => undefined)
  if (!running) return []
  const { server, folder } = running
  const left = await leftOpen(server)
  await server.stop()
  await rm(folder, { recursive: true, force: true })
  cluster = undefined
  return left
}
