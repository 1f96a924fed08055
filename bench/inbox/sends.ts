import { createWithMembers, usersOf } from '../callers/users.ts'
import type { Server } from '../child.ts'
import { over, send } from '../contenders.ts'
import { costing, type CostsOf, costRow, lastOf } from '../costing.ts'
import { type Connection, settle, withClient } from '../database.ts'
import type { Asker } from '../load.ts'
import { joined, takeTurns } from '../measurement.ts'
import type { Findings } from '../section.ts'
import type { Stage } from '../stage.ts'
import { compare } from '../table.ts'
import { startOurs } from '../targets.ts'

const MEMBER = 'as a member'
const STRANGER = 'as a stranger'
const SERVICE = 'by a service'
const UNMARKED = 'without markers'
const GOAL = { atLeast: 0.92 }

const LEAVE_OUT = new URL('leave-out-markers.ts', import.meta.url)

/** Chats with members, and behind them as many public ones without. */
const createPairs = async ({ postgres, sizes }: Stage, name: string): Promise<Connection> => {
  const database = await createWithMembers(postgres, name, { ...sizes, chats: 2 * sizes.chats })
  await withClient(database, async (client) => {
    await client.query('delete from members where chat_id > $1', [sizes.chats])
    await client.query(`update chats set visibility = 'public' where id > $1`, [sizes.chats])
    await settle(client, 'members', 'chats')
  })
  return database
}

interface Databases {
  readonly marked: Connection
  readonly unmarked: Connection
}

/** Each way in a turn of its own, by new processes, another of which begins than in the round before. */
const roundOf = async (stage: Stage, databases: Databases, marked: Server, unmarked: Server, round: number) => {
  const { load, pace, sizes } = stage
  const users = usersOf(sizes.chats)
  const askers = (chatsOf: (chat: number) => number, isNamed = true): readonly Asker[] =>
    users.map(({ name, chats }) => ({ headers: isNamed ? { 'on-behalf-of': name } : {}, chats: chats.map(chatsOf) }))
  const own = askers((chat) => chat)
  const sending = (name: string, server: Server, who: readonly Asker[], database: Connection) =>
    costing(stage, over(load, name, server, send, { chats: sizes.chats, askers: who }), [server], database)
  const contenders = [
    sending(MEMBER, marked, own, databases.marked),
    sending(
      STRANGER,
      marked,
      askers((chat) => chat + sizes.chats),
      databases.marked,
    ),
    sending(
      SERVICE,
      marked,
      askers((chat) => chat, false),
      databases.marked,
    ),
    sending(UNMARKED, unmarked, own, databases.unmarked),
  ]
  const first = round % contenders.length
  const turns = await takeTurns([...contenders.slice(first), ...contenders.slice(0, first)], {
    rounds: 1,
    seconds: Math.ceil(pace.seconds * 0.6),
    warmSeconds: pace.rounds - 1,
  })
  return { turns, costs: contenders.map((contender) => lastOf(contender, 1)) }
}

const movedIn = (database: Connection): Promise<number> =>
  withClient(database, async (client) => {
    const { rows } = await client.query<{ moved: number }>(
      'select count(*)::int as moved from members where read_message_id > 0',
    )
    return rows[0]?.moved ?? 0
  })

/** That the two servers did what they are compared for. */
const check = async ({ marked, unmarked }: Databases): Promise<void> => {
  const [moved, notLeftOut] = [await movedIn(marked), await movedIn(unmarked)]
  if (moved === 0 || notLeftOut > 0)
    throw new Error(`sends moved ${moved} markers, and ${notLeftOut} of a server that is to leave them out`)
}

/** What it costs a send that its author has read what it sent. */
export const readingSends = async (stage: Stage): Promise<Findings> => {
  const databases = {
    marked: await createPairs(stage, 'sends_marked'),
    unmarked: await createPairs(stage, 'sends_unmarked'),
  }
  const options = ['--import', LEAVE_OUT.href]
  const rounds: Awaited<ReturnType<typeof roundOf>>[] = []
  for (let round = 0; round < stage.pace.rounds + 2; round++)
    await stage.temporarily(startOurs(databases.marked), (marked) =>
      stage.temporarily(startOurs(databases.unmarked, undefined, { options }), async (unmarked) => {
        rounds.push(await roundOf(stage, databases, marked, unmarked, round))
      }),
    )
  await check(databases)
  const turns = joined(rounds.map((round) => round.turns))
  const costsOf = (name: string): CostsOf => ({
    name,
    costs: rounds.flatMap(({ costs }) => costs.filter((cost) => cost.name === name).flatMap((cost) => cost.costs)),
  })
  const figure = 'send as a member, which reads'
  return {
    rows: [STRANGER, SERVICE, UNMARKED].flatMap((to) => [
      ...compare(turns, { figure, quantity: 'perSecond', of: MEMBER, to, ...(to !== SERVICE && { goal: GOAL }) }),
      costRow(`${figure}: µs of PostgreSQL`, 'postgres', [costsOf(MEMBER), costsOf(to)]),
    ]),
    notes: NOTES,
  }
}

const NOTES = `## Sending reads

The same 64 users write to chats that they are members of, and to as many public ones in which they are strangers: one server,
the same author in every message and the same look at who asks, and all that differs is the row of the member, which is read and
whose marker is moved. That is the fair pair within a process. A service that acts for nobody is spared the look and the author
as well, and is shown for that. Beside them a second server, whose statements of sends are the same but that they leave the
markers out (\`bench/inbox/leave-out-markers.ts\`): all that differs is the marker, but two processes of one program differ by
some hundredths, so every round is one of two new ones, each on a database of its own.`
