import { type Exchange, over, send } from '../contenders.ts'
import { costing, costRow, lastOf } from '../costing.ts'
import { createMessenger, withClient } from '../database.ts'
import { takeTurns } from '../measurement.ts'
import type { Findings } from '../section.ts'
import type { Stage } from '../stage.ts'
import { compare } from '../table.ts'
import { startOurs } from '../targets.ts'

/** Always by somebody who has not reacted yet, so that each is a change. */
const react: Exchange = {
  method: 'PUT',
  path: `/chats/{chat}/messages/1/reactions/${encodeURIComponent('👍')}`,
  newcomers: true,
}
const sendAsNewcomer: Exchange = { ...send, newcomers: true }

const [ONE, MANY, SENDS] = ['react to one message', 'react in many chats', 'send to one chat']

/** Everybody at one message, in turns with as many who send to its chat, and with as many messages as there are chats. */
export const reacting = async (stage: Stage): Promise<Findings> => {
  const { load, pace, postgres, sizes } = stage
  const database = await createMessenger(postgres, 'reacting', { chats: sizes.chats, messages: 1 })
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
      ],
    }
  })
}
