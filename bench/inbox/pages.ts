import type { UserId } from '../../src/domain/caller.ts'
import { readPage } from '../../src/infrastructure/postgres/inboxes/page-statement.ts'
import type { Server } from '../child.ts'
import { type Exchange, over, readLast } from '../contenders.ts'
import { type Connection, createMessenger, settle, withClient } from '../database.ts'
import type { Asker } from '../load.ts'
import { type Contender, takeTurns } from '../measurement.ts'
import { shapeOf } from '../plan-shape.ts'
import { explainPrepared, REPEATS, statementOf } from '../plans.ts'
import type { Findings } from '../section.ts'
import type { Stage } from '../stage.ts'
import { compare, markdownTable, thousands } from '../table.ts'
import { startOurs } from '../targets.ts'

/** Chats of one user. */
const SIZES = [10, 1000, 10_000] as const
const CHATS = 50_000
const MESSAGES = 20
/** Members of each chat who are in ten chats or so: by what is usual, PostgreSQL plans for whoever asks. */
const USUAL_MEMBERS = 10
const PAGE = 20
/** Users with so many chats each: the rows of one would all be in the processor's caches. */
const USERS = 8

const page: Exchange = { method: 'GET', path: `/users/{user}/inbox/?limit=${PAGE}` }

const nameOf = (size: number, n: number) => `in-${size}-${n}`

/** Each user is in every so many-th chat, has read half of it, and chats were last written to in no order. */
const createInboxes = async ({ postgres }: Stage): Promise<Connection> => {
  const database = await createMessenger(postgres, 'inboxes', { chats: CHATS, messages: MESSAGES })
  await withClient(database, async (client) => {
    await client.query('set session_replication_role = replica')
    await client.query(`update chats set active_at = now() - random() * interval '100 days'`)
    await client.query(`
      insert into members (chat_id, user_id, role, joined_at, revision, read_message_id)
      select 1 + ((n - 1) * (${CHATS} / size) + k) % ${CHATS}, 'in-' || size || '-' || k, 'member', now(), 0, ${MESSAGES / 2}
      from unnest(array[${SIZES.join(', ')}]) size, generate_series(1, size) n, generate_series(0, ${USERS - 1}) k
      union all
      select c, 'usual-' || (c * 7919 + k * 104729) % ${CHATS}, 'member', now(), 0, ${MESSAGES / 2}
      from generate_series(1, ${CHATS}) c, generate_series(1, ${USUAL_MEMBERS}) k
      order by 1, 2`)
    await settle(client, 'chats', 'members')
  })
  return database
}

const usersIn = (size: number): readonly Asker[] =>
  Array.from({ length: USERS }, (_, k) => {
    const user = nameOf(size, k)
    const chats = Array.from({ length: size }, (_, n) => 1 + (((n * CHATS) / size + k) % CHATS))
    return { headers: { 'on-behalf-of': user }, chats, user }
  })

const planOf = (database: Connection, size: number) =>
  withClient(database, async (client) => {
    // Caught on its way, the statement finds not even the moment that every page has.
    const read = (pool: Parameters<typeof readPage>[0]) =>
      readPage(pool, nameOf(size, 0) as UserId, { limit: PAGE }).catch(() => undefined)
    return explainPrepared(client, await statementOf(read))
  })

/** The yardstick's: few enough to be known pages, as most are that are read again and again. */
const KNOWN = 100
const readers: readonly Asker[] = usersIn(1000).map((user) => ({ ...user, chats: user.chats.slice(0, KNOWN) }))

/**
 * After each turn rests until what its clients left behind was done: statements go in the order in which they were asked for,
 * and some of the dearest would still be in the next one's turn.
 */
const drained = ({ url }: Server, contender: Contender): Contender => ({
  ...contender,
  measure: async (seconds) => {
    const measured = await contender.measure(seconds)
    const { status } = await fetch(`${url}/users/${nameOf(10, 0)}/inbox/?limit=1`)
    if (status !== 200) throw new Error(`an inbox was answered with ${status}`)
    return measured
  },
})

const nameOfPage = (size: number) => `${thousands(size)} chats`
const LAST = `the last ${PAGE} of a chat`

/** Pages of users with few, many and very many chats, in turns with pages of messages that the same users read. */
export const inboxPages = async (stage: Stage): Promise<Findings> => {
  const database = await createInboxes(stage)
  const plans = await Promise.all(SIZES.map(async (size) => ({ size, ...(await planOf(database, size)) })))
  const pace = { ...stage.pace, warmSeconds: Math.ceil(stage.pace.warmSeconds / 5) }
  return stage.temporarily(startOurs(database), async (server) => {
    const measured = (crowd: { readonly connections?: number }) =>
      takeTurns(
        [
          ...SIZES.map((size) =>
            over(stage.load, nameOfPage(size), server, page, { chats: CHATS, askers: usersIn(size), ...crowd }),
          ),
          over(stage.load, LAST, server, readLast, { chats: CHATS, askers: readers, ...crowd }),
        ].map((contender) => drained(server, contender)),
        pace,
      )
    const [many, lone] = [await measured({}), await measured({ connections: 1 })]
    const rows = SIZES.flatMap((size) => {
      const [figure, pair] = [`inbox of ${nameOfPage(size)}`, { of: nameOfPage(size), to: LAST }]
      return [
        ...compare(many, { figure, quantity: 'perSecond', ...pair }),
        ...compare(many, { figure: `${figure}, p50`, quantity: 'p50', ...pair }),
        ...compare(lone, { figure: `${figure}, one lone client, p50`, quantity: 'p50', ...pair }),
      ]
    })
    const lines = plans.map(({ size, milliseconds, plan }) => [nameOfPage(size), `${milliseconds} ms`, shapeOf(plan)])
    const table = markdownTable(['The first page of', 'Alone', 'Rows looked at, by index and table'], lines)
    const notes = `## Inboxes

${USERS} users of each kind, who have read half of each of their chats, beside ${thousands(CHATS)} users with ${USUAL_MEMBERS} chats each. In turns
with the last ${PAGE} of a chat, which the users with 1,000 read of ${KNOWN} of theirs, so that the server knows them. The prepared
statement of the page by itself: the median of ${REPEATS} executions.

${table}`
    return { rows, notes }
  })
}
