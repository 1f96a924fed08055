import { type Exchange, over, send } from '../contenders.ts'
import { costing, costRow, lastOf } from '../costing.ts'
import { createMessenger, settle, TEXT, withClient } from '../database.ts'
import { takeTurns } from '../measurement.ts'
import type { Findings } from '../section.ts'
import type { Stage } from '../stage.ts'
import { compare, type Row, thousands } from '../table.ts'
import { startOurs } from '../targets.ts'

/** Always by somebody who has not reacted yet, so that each is a change. */
const react: Exchange = {
  method: 'PUT',
  path: `/chats/{chat}/messages/1/reactions/${encodeURIComponent('👍')}`,
  newcomers: true,
}
const sendAsNewcomer: Exchange = { ...send, newcomers: true }

const [ONE, MANY, SENDS] = ['react to one message', 'react in many chats', 'send to one chat']

/** A chat that is long among very many that are not: what is usual says little of it. */
const [LONG_CHAT, SHORT_CHATS] = [10_000, 100_000]

/** How long a chat is should not be seen when somebody reacts in it. */
const reactingInLongChat = async (stage: Stage): Promise<readonly Row[]> => {
  const database = await createMessenger(stage.postgres, 'long_chat', { chats: SHORT_CHATS, messages: 1 })
  await withClient(database, async (client) => {
    await client.query('set session_replication_role = replica')
    await client.query(`update chats set visibility = 'public' where id <= 2`)
    await client.query(`update chats set last_message_id = $1, revision = $1 where id = 1`, [LONG_CHAT])
    await client.query(
      `insert into messages (chat_id, id, text, created_at, revision) select 1, n, $1, now(), n from generate_series(2, $2::int) n`,
      [TEXT, LONG_CHAT],
    )
    await settle(client, 'chats', 'messages')
  })
  const [long, short] = [`${thousands(LONG_CHAT)} messages`, 'one message']
  return stage.temporarily(startOurs(database), async (server) => {
    const asker = (chat: number) => ({ chats: SHORT_CHATS, askers: [{ headers: {}, chats: [chat] }] })
    const turns = await takeTurns(
      [over(stage.load, long, server, react, asker(1)), over(stage.load, short, server, react, asker(2))],
      { ...stage.pace, warmSeconds: Math.ceil(stage.pace.warmSeconds / 5) },
    )
    const figure = `react in a chat of ${long} among ${thousands(SHORT_CHATS)} of one`
    return compare(turns, { figure, quantity: 'perSecond', of: long, to: short, goal: { atLeast: 0.9 } })
  })
}

/** Everybody at one message, in turns with as many who send to its chat, and with as many messages as there are chats. */
export const reacting = async (stage: Stage): Promise<Findings> => {
  const { load, pace, postgres, sizes } = stage
  const long = await reactingInLongChat(stage)
  const database = await createMessenger(postgres, 'reacting', sizes)
  await withClient(database, (client) => client.query(`update chats set visibility = 'public'`))
  return stage.temporarily(startOurs(database), async (server) => {
    const costed = (name: string, exchange: Exchange, chats: number) =>
      costing(stage, over(load, name, server, exchange, { chats }), [server], database)
    const [one, many, sends] = [
      costed(ONE, react, 1),
      costed(MANY, react, sizes.chats),
      costed(SENDS, sendAsNewcomer, 1),
    ]
    const turns = await takeTurns([one, many, sends], { ...pace, warmSeconds: Math.ceil(pace.warmSeconds / 5) })
    const [lastOne, lastSends] = [lastOf(one, pace.rounds), lastOf(sends, pace.rounds)]
    return {
      rows: [
        ...compare(turns, { figure: ONE, quantity: 'perSecond', of: ONE, to: SENDS }),
        costRow(`${ONE}: commits`, 'commits', [lastOne, lastSends]),
        costRow(`${ONE}: µs of Node`, 'node', [lastOne, lastSends]),
        costRow(`${ONE}: µs of PostgreSQL`, 'postgres', [lastOne, lastSends]),
        ...compare(turns, { figure: ONE, quantity: 'perSecond', of: ONE, to: MANY }),
        costRow(`${MANY}: commits`, 'commits', [lastOf(many, pace.rounds), lastSends]),
        ...long,
      ],
    }
  })
}
