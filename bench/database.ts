import { join } from 'node:path'
import { Client } from 'pg'
import { ensureDatabase, type EmbeddedPostgres } from '../src/infrastructure/embedded-postgres/embedded-postgres.ts'
import { openDatabase } from '../src/infrastructure/postgres/database/database.ts'
import { migrate } from '../src/infrastructure/postgres/migrations/migrate.ts'

export interface Connection {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly database: string
  readonly password?: string
}

export interface Contents {
  readonly chats: number
  /** Messages in each chat. */
  readonly messages: number
}

/** What the product starts its own server with, but for room for everybody's connections. The same for all. */
export const SERVER_SETTINGS = { max_connections: '200' }

/** A text of the size that people write, 100 characters. */
export const TEXT =
  'Shall we meet at the usual place at seven? I will bring the maps, and you bring the tea. See you then! '.slice(
    0,
    100,
  )

export const connectionTo = ({ host, port, user, password }: EmbeddedPostgres, database: string): Connection => ({
  host,
  port,
  user,
  database,
  ...(password === undefined ? {} : { password }),
})

/** The folder of a Unix socket goes where a host name would, escaped. */
export const urlOf = ({ host, port, user, password, database }: Connection, scheme = 'postgresql'): string => {
  const credentials = password === undefined ? user : `${user}:${encodeURIComponent(password)}`
  return host.startsWith('/') && scheme !== 'postgresql'
    ? `${scheme}://${credentials}@/${database}?host=${encodeURIComponent(host)}&port=${port}`
    : `${scheme}://${credentials}@${encodeURIComponent(host)}:${port}/${database}`
}

export const withClient = async <A>(connection: Connection, work: (client: Client) => Promise<A>): Promise<A> => {
  const client = new Client(connection)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/**
 * Rows as a long life would have left them: message n of every chat before message n + 1 of any, so that one chat's
 * messages lie scattered. Foreign keys hold by construction and are not checked row by row.
 */
const everyMessage = ({ chats, messages }: Contents) =>
  `generate_series(1, ${messages}) n, lateral generate_series(1, ${chats} + n * 0) c`

export const settle = async (client: Client, ...tables: readonly string[]) => {
  for (const table of tables) await client.query(`vacuum analyze ${table}`)
  await client.query('checkpoint')
}

interface Schema {
  readonly openDatabase: typeof openDatabase
  readonly migrate: typeof migrate
}

/** As another checkout has it: a server refuses what a newer one migrated. */
export const schemaOf = async (checkout: string): Promise<Schema> => {
  const postgres = join(checkout, 'src/infrastructure/postgres')
  const { openDatabase } = (await import(join(postgres, 'database/database.ts'))) as Pick<Schema, 'openDatabase'>
  const { migrate } = (await import(join(postgres, 'migrations/migrate.ts'))) as Pick<Schema, 'migrate'>
  return { openDatabase, migrate }
}

/** A database with our schema, chats 1 to `chats` and messages 1 to `messages` in each. */
export const createMessenger = async (
  server: EmbeddedPostgres,
  name: string,
  contents: Contents,
  schema: Schema = { openDatabase, migrate },
): Promise<Connection> => {
  const connection = connectionTo(server, name)
  await ensureDatabase(server, name)
  const database = schema.openDatabase(connection)
  await schema.migrate(database)
  await database.close()
  await withClient(connection, async (client) => {
    const { chats, messages } = contents
    await client.query('set session_replication_role = replica')
    await client.query(`
      insert into chats (id, title, created_at, updated_at, last_message_id, revision, changed_at_revision, access_revision)
      select c, 'Chat ' || c, now(), now(), ${messages}, ${messages}, 0, 0 from generate_series(1, ${chats}) c`)
    await client.query(`alter table chats alter column id restart with ${chats + 1}`)
    await client.query(
      `insert into messages (chat_id, id, text, created_at, revision)
       select c, n, $1, now(), n from ${everyMessage(contents)}`,
      [TEXT],
    )
    await settle(client, 'chats', 'messages')
  })
  return connection
}

/** The same contents in the tables that the peer made when it started. */
export const fillPeer = (connection: Connection, contents: Contents): Promise<void> =>
  withClient(connection, async (client) => {
    await client.query(
      `insert into peer_chats (title) select 'Chat ' || c from generate_series(1, ${contents.chats}) c`,
    )
    await client.query(`insert into peer_messages (chat_id, text) select c, $1 from ${everyMessage(contents)}`, [TEXT])
    await settle(client, 'peer_chats', 'peer_messages')
  })
