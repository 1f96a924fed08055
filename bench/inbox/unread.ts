import { CONNECTIONS, type Exchange, over } from '../contenders.ts'
import { type Connection, createMessenger, settle, TEXT, withClient } from '../database.ts'
import { takeTurns } from '../measurement.ts'
import type { Findings } from '../section.ts'
import type { Stage } from '../stage.ts'
import { compare, thousands } from '../table.ts'
import { startOurs } from '../targets.ts'

const READER = 'reader'
const TOMBSTONES = 100
const [LONG, SHORT] = [1, 2]
/** Every other one is deleted. */
const SHORT_MESSAGES = 2 * TOMBSTONES

const unread: Exchange = { method: 'GET', path: `/chats/{chat}/members/${READER}/read` }

/** Two chats of which the reader has read nothing, with as many tombstones spread over each, among others. */
const createChats = async ({ postgres, sizes }: Stage): Promise<Connection> => {
  const database = await createMessenger(postgres, 'unread', { chats: 1, messages: sizes.deepChat })
  await withClient(database, async (client) => {
    await client.query('set session_replication_role = replica')
    await client.query(`
      insert into chats (id, title, created_at, updated_at, last_message_id, revision, changed_at_revision, access_revision)
      select c, 'Chat ' || c, now(), now(), ${SHORT_MESSAGES}, ${SHORT_MESSAGES}, 0, 0 from generate_series(${SHORT}, 1000) c`)
    await client.query(
      `insert into messages (chat_id, id, text, created_at, revision)
       select ${SHORT}, n, $1, now(), n from generate_series(1, ${SHORT_MESSAGES}) n`,
      [TEXT],
    )
    for (const [chat, messages] of [[LONG, sizes.deepChat] as const, [SHORT, SHORT_MESSAGES] as const])
      await client.query(`
        update messages set text = null, deleted_at = now()
        where chat_id = ${chat} and id % ${Math.floor(messages / TOMBSTONES)} = 0`)
    await client.query(`
      insert into members (chat_id, user_id, role, joined_at, revision)
      select c, '${READER}', 'member', now(), 0 from generate_series(1, 1000) c`)
    await settle(client, 'chats', 'messages', 'members')
  })
  return database
}

/** What is unread is a subtraction less a range of tombstones: how long the chat is should not be seen. */
export const unreadCounts = async (stage: Stage): Promise<Findings> => {
  const database = await createChats(stage)
  const long = `${thousands(stage.sizes.deepChat)} messages`
  const short = `${SHORT_MESSAGES} messages`
  const pace = { ...stage.pace, warmSeconds: Math.ceil(stage.pace.warmSeconds / 5) }
  return stage.temporarily(startOurs(database), async (server) => {
    const asking = (name: string, chat: number, connections: number) => {
      const askers = [{ headers: { 'on-behalf-of': READER }, chats: [chat] }]
      return over(stage.load, name, server, unread, { chats: SHORT, askers, connections })
    }
    const measured = (connections = CONNECTIONS) =>
      takeTurns([asking(long, LONG, connections), asking(short, SHORT, connections)], pace)
    const pair = { of: long, to: short }
    const figure = `unread after 0 in a chat of ${long}, ${TOMBSTONES} of them deleted`
    const goal = { atMost: 1.1 }
    const many = await measured()
    return {
      rows: [
        ...compare(await measured(1), { figure: `${figure}, one lone client, p50`, quantity: 'p50', ...pair, goal }),
        ...compare(many, { figure: `${figure}, p50`, quantity: 'p50', ...pair, goal }),
      ],
    }
  })
}
