import type { UserId } from '../../src/domain/caller.ts'
import type { ChatId } from '../../src/domain/identity.ts'
import { postgresReads } from '../../src/infrastructure/postgres/reads/reads.ts'
import { type Exchange, over, readLast, send } from '../contenders.ts'
import { settle, withClient } from '../database.ts'
import type { Asker } from '../load.ts'
import { takeTurns } from '../measurement.ts'
import { explain, judged, REPEATS, shown, statementOf } from '../plans.ts'
import type { Findings } from '../section.ts'
import type { Stage } from '../stage.ts'
import { compare, thousands } from '../table.ts'
import { startOurs } from '../targets.ts'
import { bearing, createWithMembers, MEMBERS, SECRET, tokenFor } from './users.ts'

const CROWDED = 1
const LONELY = 2
const CROWD = 100_000
/** So many that PostgreSQL expects few members in each, as it would be. */
const CHATS = 100_000
const PAGE = 20

const nameOf = (n: number) => `crowd-${String(n).padStart(6, '0')}`

const statementFor = (after?: string) =>
  statementOf((pool) => {
    const cursor = after === undefined ? {} : { after: after as UserId }
    const viewer = { kind: 'user', id: nameOf(1) as UserId } as const
    return postgresReads(pool).members.page(viewer, CROWDED as ChatId, { limit: PAGE, ...cursor })
  })

const isIndexRange = (plan: string): boolean =>
  /using members_\w+ on members .*\n *Index Cond: \(\(chat_id = .+\) AND \(user_id > /.test(plan) &&
  !/Seq Scan on members|Sort/.test(plan)

const askersIn = (chat: number, names: readonly string[]): Promise<readonly Asker[]> =>
  Promise.all(names.map(async (name) => ({ headers: bearing(await tokenFor(name)), chats: [chat] })))

/**
 * A chat with very many members beside one with few, in which as many of those send and read as there are of these: how many
 * ask differs from how many there are. And pages of the many.
 */
export const crowded = async (stage: Stage): Promise<Findings> => {
  const database = await createWithMembers(stage.postgres, 'crowd', { chats: CHATS, messages: 0 })
  const plans = await withClient(database, async (client) => {
    await client.query(`
      insert into members (chat_id, user_id, role, joined_at, revision)
      select ${CROWDED}, 'crowd-' || lpad(n::text, 6, '0'), 'member', now(), 0
      from generate_series(1, ${CROWD - MEMBERS}) n`)
    await settle(client, 'members')
    return {
      first: await explain(client, await statementFor()),
      middle: await explain(client, await statementFor(nameOf(CROWD / 2))),
      last: await explain(client, await statementFor(nameOf(CROWD - MEMBERS - PAGE))),
    }
  })

  const many = await askersIn(
    CROWDED,
    Array.from({ length: MEMBERS }, (_, n) => nameOf(1 + Math.floor((n * CROWD) / MEMBERS))),
  )
  const few = await askersIn(
    LONELY,
    Array.from({ length: MEMBERS }, (_, n) => `user-${LONELY + n}`),
  )
  const [crowd, lonely] = [`${thousands(CROWD)} members`, `${MEMBERS} members`]
  const environment = { AUTH_JWT_SECRET: SECRET }
  const pace = { ...stage.pace, seconds: Math.ceil(stage.pace.seconds * 0.6), warmSeconds: stage.pace.rounds - 1 }
  const { sent, read } = await stage.temporarily(startOurs(database, undefined, { environment }), async (server) => {
    const turns = (exchange: Exchange) =>
      takeTurns(
        [
          over(stage.load, crowd, server, exchange, { chats: CHATS, askers: many }),
          over(stage.load, lonely, server, exchange, { chats: CHATS, askers: few }),
        ],
        pace,
      )
    return { sent: await turns(send), read: await turns(readLast) }
  })
  const pair = { quantity: 'perSecond', of: crowd, to: lonely, goal: { atLeast: 0.95 } } as const
  return {
    rows: [
      ...compare(sent, { figure: `send to one chat of ${crowd}`, ...pair }),
      ...compare(read, { figure: `read the last ${PAGE} of it`, ...pair }),
      judged(`pages of ${crowd} are a range of the index`, Object.values(plans), isIndexRange),
    ],
    notes: [
      `## Pages of a chat of ${crowd}\n\nMedian of ${REPEATS} executions each.`,
      shown(`The first ${PAGE}`, plans.first, isIndexRange),
      shown(`${PAGE} from the middle`, plans.middle, isIndexRange),
      shown(`The last ${PAGE}`, plans.last, isIndexRange),
    ].join('\n\n'),
  }
}
