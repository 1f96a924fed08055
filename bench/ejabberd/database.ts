import { ensureDatabase, type EmbeddedPostgres } from '../../src/infrastructure/embedded-postgres/embedded-postgres.ts'
import { type Connection, connectionTo, type Contents, TEXT, withClient } from '../database.ts'
import { HOST, roomOf } from './configuration.ts'

/** Everybody's. */
const PASSWORD = 'bench'

export interface Account {
  readonly user: string
  readonly password: string
}

export const accountOf = (number: number): Account => ({ user: `user-${number}`, password: PASSWORD })

/** Who looks whether anybody is let in. */
export const PROBE = accountOf(0)

/** The stanza of a message as ejabberd archives it. */
const ARCHIVED = `<message xml:lang='en' to='%ROOM%' from='%ROOM%/user-1' type='groupchat' id='%ID%' xmlns='jabber:client'><body>${TEXT}</body></message>`

/**
 * A database with ejabberd's own tables, accounts 0 to `accounts`, and in the archive of each room as many messages as ours
 * has in a chat, scattered alike.
 */
export const createArchive = async (
  server: EmbeddedPostgres,
  schema: string,
  { chats, messages }: Contents,
  accounts: number,
): Promise<Connection> => {
  const connection = connectionTo(server, 'ejabberd')
  await ensureDatabase(server, 'ejabberd')
  await withClient(connection, async (client) => {
    await client.query(schema)
    await client.query(
      `insert into users (username, password) select 'user-' || n, $1 from generate_series(0, ${accounts}) n`,
      [PASSWORD],
    )
    await client.query(
      `insert into archive (username, timestamp, peer, bare_peer, xml, txt, kind, nick)
       select replace($1, '%N%', c::text), 1700000000000000 + n * 1000000 + c, $2, $3,
         replace(replace($4, '%ROOM%', replace($1, '%N%', c::text)), '%ID%', n::text), $5, 'groupchat', 'user-1'
       from generate_series(1, ${messages}) n, lateral generate_series(1, ${chats} + n * 0) c`,
      [roomOf('%N%'), `user-1@${HOST}/bench`, `user-1@${HOST}`, ARCHIVED, TEXT],
    )
    await client.query('vacuum analyze archive')
    await client.query('checkpoint')
  })
  return connection
}

export const archived = (connection: Connection): Promise<number> =>
  withClient(connection, async (client) => {
    const { rows } = await client.query<{ count: string }>('select count(*) from archive')
    return Number(rows[0]?.count)
  })
