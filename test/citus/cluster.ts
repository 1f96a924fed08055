import { Client } from 'pg'
import { type Database, openDatabase } from '../../src/infrastructure/postgres/database/database.ts'
import { distribute } from '../../src/infrastructure/postgres/distribution/distribute.ts'
import { shardsOfChats } from '../../src/infrastructure/postgres/distribution/shards.ts'

/** The database of a Citus cluster that tests may empty, at its coordinator; undefined where none is named. */
export const { CITUS_URL } = process.env

const TABLES = 'reactions, members, messages, chat_keys, chats, api_keys, mikro_orm_migrations'

export const clusterUrl = (): string => {
  if (CITUS_URL === undefined) throw new Error('CITUS_URL names no cluster')
  const { pathname } = new URL(CITUS_URL)
  if (!pathname.includes('test'))
    throw new Error(`the tests empty the database of CITUS_URL, so its name must contain test: ${pathname.slice(1)}`)
  return CITUS_URL
}

/** Runs SQL at the coordinator, in a session of its own. */
export const onCluster = async (sql: string): Promise<readonly Record<string, unknown>[]> => {
  const client = new Client({ connectionString: clusterUrl() })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

/** As if the service had never been there. */
export const withoutTables = () => onCluster(`drop table if exists ${TABLES} cascade`)

/** The database, spread and without a row, as the service opens it once it found that out. */
export const aSpreadDatabase = async (): Promise<Database> => {
  await withoutTables()
  const plain = openDatabase({ url: clusterUrl() })
  try {
    await distribute(plain)
    return openDatabase({ url: clusterUrl() }, { shards: await shardsOfChats(plain.pool) })
  } finally {
    await plain.close()
  }
}
