import { randomBytes } from 'node:crypto'
import { SignJWT } from 'jose'
import type { EmbeddedPostgres } from '../../src/infrastructure/embedded-postgres/embedded-postgres.ts'
import { CONNECTIONS } from '../contenders.ts'
import { type Connection, type Contents, createMessenger, settle, withClient } from '../database.ts'
import type { Asker } from '../load.ts'

/** What users' tokens are signed with in this run, and the server is told. */
export const SECRET = randomBytes(32).toString('hex')

/** Members of each chat. */
export const MEMBERS = 3

const LIFETIME = '2h'

/** A token as a backend makes it for its user; no two are the same. */
export const tokenFor = (user: string): Promise<string> =>
  new SignJWT({ sub: user, jti: randomBytes(6).toString('hex') })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(LIFETIME)
    .sign(new TextEncoder().encode(SECRET))

export const bearing = (token: string) => ({ authorization: `Bearer ${token}` })

/** A user for each connection, and the chats it is a member of. */
interface User {
  readonly name: string
  readonly chats: readonly number[]
}

export const usersOf = (chats: number): readonly User[] =>
  Array.from({ length: CONNECTIONS }, (_, user) => ({
    name: `user-${user}`,
    chats: Array.from({ length: chats }, (_, index) => index + 1).filter(
      (chat) => (user - chat + chats * CONNECTIONS) % CONNECTIONS < MEMBERS,
    ),
  }))

/** The three ways in which the same users ask the same things. */
export const askersOf = async (users: readonly User[]) => {
  const each = (headers: (name: string) => Asker['headers']): readonly Asker[] =>
    users.map(({ name, chats }) => ({ headers: headers(name), chats }))
  const tokens = new Map<string, string>()
  for (const { name } of users) tokens.set(name, await tokenFor(name))
  return {
    withToken: each((name) => bearing(tokens.get(name) ?? '')),
    named: each((name) => ({ 'on-behalf-of': name })),
    anybody: each(() => ({})),
  }
}

/** A messenger's database whose chats have members: user n of every 64 is in each chat n, and two more are. */
export const createWithMembers = async (
  server: EmbeddedPostgres,
  name: string,
  contents: Contents,
): Promise<Connection> => {
  const connection = await createMessenger(server, name, contents)
  await withClient(connection, async (client) => {
    await client.query('set session_replication_role = replica')
    await client.query(`
      insert into members (chat_id, user_id, role, joined_at, revision)
      select c, 'user-' || (c + k) % ${CONNECTIONS}, 'member', now(), 0
      from generate_series(1, ${contents.chats}) c, generate_series(0, ${MEMBERS - 1}) k`)
    await settle(client, 'members')
  })
  return connection
}
