import { Client } from 'pg'
import { openDatabase } from '../../src/infrastructure/postgres/database/database.ts'
import { distribute } from '../../src/infrastructure/postgres/distribution/distribute.ts'
import { migrate } from '../../src/infrastructure/postgres/migrations/migrate.ts'
import { type Connection, type Contents, TEXT, urlOf, withClient } from '../database.ts'

/** A plain database beside that of the cluster: in the coordinator's PostgreSQL, on the same disk. */
const PLAIN = 'messenger_test_plain'

const TABLES = 'reactions, members, messages, chat_keys, chats, api_keys, mikro_orm_migrations'

/** The parts of a URL of a database that may be emptied: its name says so. */
export const connectionOf = (url: string): Connection => {
  const { hostname: host, port, username: user, password, pathname } = new URL(url)
  const database = pathname.slice(1)
  if (!database.includes('test')) throw new Error(`the database is emptied, so its name must contain test: ${database}`)
  return { host, port: Number(port || 5432), user, database, ...(password && { password }) }
}

const fill = (connection: Connection, { chats, messages }: Contents) =>
  withClient(connection, async (client) => {
    await client.query(`
      insert into chats (id, title, created_at, updated_at, last_message_id, revision, changed_at_revision)
      select c, 'Chat ' || c, now(), now(), ${messages}, ${messages}, 0 from generate_series(1, ${chats}) c`)
    await client.query(`select setval('chats_id_seq', ${chats})`)
    await client.query(
      `insert into messages (chat_id, id, text, created_at, revision)
       select c, n, $1, now(), n from generate_series(1, ${messages}) n, generate_series(1, ${chats}) c`,
      [TEXT],
    )
    for (const table of ['chats', 'messages']) await client.query(`vacuum analyze ${table}`)
  })

/** Spread over so many shards, if it is to be. */
interface Spreading {
  readonly shards: number | undefined
}

const prepared = async (connection: Connection, contents: Contents, spreading?: Spreading): Promise<Connection> => {
  await withClient(connection, (client: Client) => client.query(`drop table if exists ${TABLES} cascade`))
  const database = openDatabase({ url: urlOf(connection) })
  try {
    await (spreading ? distribute(database, undefined, spreading) : migrate(database))
  } finally {
    await database.close()
  }
  await fill(connection, contents)
  return connection
}

/** The database of the cluster, emptied, spread and filled; one shard a machine, unless somebody says more. */
export const spreadDatabase = (url: string, contents: Contents, shards?: number): Promise<Connection> =>
  prepared(connectionOf(url), contents, { shards })

/** The same contents in a plain one. */
export const plainDatabase = async (url: string, contents: Contents): Promise<Connection> => {
  const connection = connectionOf(url)
  await withClient(connection, async (client) => {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [PLAIN])
    if (rowCount === 0) await client.query(`create database ${PLAIN}`)
  })
  return prepared({ ...connection, database: PLAIN }, contents)
}
