import { randomUUID } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from 'pg'
import {
  type EmbeddedPostgres,
  ensureDatabase,
  startEmbeddedPostgres,
} from '../src/infrastructure/embedded-postgres/embedded-postgres.ts'
import { type Database, openDatabase } from '../src/infrastructure/postgres/database/database.ts'
import { migrate } from '../src/infrastructure/postgres/migrations/migrate.ts'

const TEMPLATE = 'messenger_test_template'

let cluster: Promise<{ server: EmbeddedPostgres; folder: string }> | undefined

const startCluster = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'messenger-test-'))
  // Started by root, PostgreSQL runs as another user, who must be able to reach its data.
  await chmod(folder, 0o755)
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

export const stopCluster = async () => {
  if (!cluster) return
  const { server, folder } = await cluster
  await server.stop()
  await rm(folder, { recursive: true, force: true })
}
