import { setTimeout as sleep } from 'node:timers/promises'
import { CONNECTIONS, type Exchange, over, send } from '../contenders.ts'
import { type Connection, withClient } from '../database.ts'
import { takeTurns } from '../measurement.ts'
import { createWithMembers, usersOf } from '../callers/users.ts'
import type { Findings } from '../section.ts'
import type { Stage } from '../stage.ts'
import { absolute, compare, thousands } from '../table.ts'
import { startOurs } from '../targets.ts'

const MOVES = 10_000

const move: Exchange = {
  method: 'PUT',
  path: '/chats/{chat}/members/{user}/read',
  body: JSON.stringify({ message_id: '{message}' }).replaceAll('"{message}"', '{message}'),
}

interface Updates {
  readonly all: number
  /** Written beside the old row, with no entry in any index. */
  readonly hot: number
}

const PATIENCE_MS = 15_000

const updatesOf = (database: Connection): Promise<Updates> =>
  withClient(database, async (client) => {
    const { rows } = await client.query<{ all: string; hot: string }>(
      `select n_tup_upd as all, n_tup_hot_upd as hot from pg_stat_user_tables where relname = 'members'`,
    )
    return { all: Number(rows[0]?.all), hot: Number(rows[0]?.hot) }
  })

/** As many as there should be, once the sessions that made them have ended and told of them. */
const atLeastSoMany = async (database: Connection, expected: number): Promise<Updates> => {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const updates = await updatesOf(database)
    if (updates.all >= expected) return updates
    if (Date.now() > deadline) throw new Error(`${updates.all} of ${expected} moves are known to PostgreSQL`)
    await sleep(50)
  }
}

/** Markers of members of 1,000 chats, moved to anywhere by themselves. */
export const movedMarkers = async (stage: Stage): Promise<Findings> => {
  const { load, postgres, sizes } = stage
  const database = await createWithMembers(postgres, 'markers', sizes)
  const askers = usersOf(sizes.chats).map(({ name: user, chats }) => ({
    headers: { 'on-behalf-of': user },
    chats,
    user,
  }))
  const crowd = { chats: sizes.chats, messages: sizes.messages, askers, connections: CONNECTIONS }
  await stage.temporarily(startOurs(database), ({ url }) =>
    load.run({ kind: 'http', url, ...crowd, ...move, seconds: 0, amount: MOVES }),
  )
  // One that stands there already does not move, as a client that goes round its requests asks for now and then.
  const { all, hot } = await atLeastSoMany(database, MOVES * 0.9)

  const pace = { ...stage.pace, warmSeconds: Math.ceil(stage.pace.warmSeconds / 5) }
  const turns = await stage.temporarily(startOurs(database), (server) =>
    takeTurns([over(load, 'move', server, move, crowd), over(load, 'send', server, send, crowd)], pace),
  )
  return {
    rows: [
      absolute(`of ${thousands(all)} moves of a marker, those that touch no index`, hot / all, '', { atLeast: 0.95 }),
      ...compare(turns, { figure: 'move a marker', quantity: 'perSecond', of: 'move', to: 'send' }),
    ],
  }
}
