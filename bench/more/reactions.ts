import type { Client } from 'pg'
import { ANYBODY } from '../../src/domain/caller.ts'
import type { ChatId } from '../../src/domain/identity.ts'
import { postgresReads } from '../../src/infrastructure/postgres/reads/reads.ts'
import { over, readAnywhere, readLast } from '../contenders.ts'
import { createMessenger, settle, withClient } from '../database.ts'
import type { Asker } from '../load.ts'
import { takeTurns } from '../measurement.ts'
import { type Explained, explainPrepared, statementOf } from '../plans.ts'
import type { Findings } from '../section.ts'
import type { Stage } from '../stage.ts'
import { absolute, compare, type Row, thousands } from '../table.ts'
import { startOurs } from '../targets.ts'

const REACTIONS = ['👍', '🎉', 'seen']
const PAGE = 20

/** Chats of each kind of which the server knows the pages, so few that it has room for all of them. */
const KNOWN_CHATS = 200

/** Chats of each kind whose newest message everybody reacted to. */
const CROWDED_CHATS = 10
const [CROWD, FEW] = [10_000, 10]
const BY_CROWDS = REACTIONS.slice(0, 2)

/** Messages of the chats get so many reactions, as many of each; the counts stand with the messages. */
const react = async (client: Client, chats: string, messages: string, reactions: readonly string[], all: number) => {
  const users = all / reactions.length
  const counts = JSON.stringify(reactions.map((reaction) => ({ reaction, count: users })))
  await client.query(`update messages set reactions = $1 where ${chats} and ${messages}`, [counts])
  await client.query(
    `insert into reactions (chat_id, message_id, reaction, user_id)
     select chat_id, id, reaction, 'user-' || n
     from messages, unnest($1::text[]) reaction, generate_series(1, $2::int) n where ${chats} and ${messages}`,
    [reactions, users],
  )
}

/** Chats 1 to `chats` are plain, as many behind them have reactions, then come those with crowds and as many with few. */
const createReacted = async ({ postgres, sizes: { chats, messages } }: Stage) => {
  const crowded = 2 * chats
  const database = await createMessenger(postgres, 'reactions', { chats: crowded + 2 * CROWDED_CHATS, messages })
  const few = crowded + CROWDED_CHATS
  await withClient(database, async (client) => {
    await client.query('set session_replication_role = replica')
    await react(client, `chat_id between ${chats + 1} and ${crowded}`, 'true', REACTIONS, REACTIONS.length)
    await react(client, `chat_id between ${crowded + 1} and ${few}`, `id = ${messages}`, BY_CROWDS, CROWD)
    await react(client, `chat_id > ${few}`, `id = ${messages}`, BY_CROWDS, FEW)
    await settle(client, 'messages', 'reactions')
  })
  return { database, crowded, few }
}

const chatsFrom = (first: number, count: number): readonly Asker[] => [
  { headers: {}, chats: Array.from({ length: count }, (_, n) => first + n) },
]

const pageStatement = (chat: number) =>
  statementOf((pool) => postgresReads(pool).messages(ANYBODY, chat as ChatId, { limit: PAGE }))

/** Pages of messages that were reacted to, known to the server and never seen, and of a message that very many reacted to. */
export const reactedPages = async (stage: Stage): Promise<Findings> => {
  const { load, sizes } = stage
  const { database, crowded, few } = await createReacted(stage)
  const [reacted, plain] = [`${REACTIONS.length} reactions each`, 'plain']
  const [many, some] = [`${thousands(CROWD)} reactions`, `${FEW} reactions`]
  const pace = { ...stage.pace, warmSeconds: Math.ceil(stage.pace.warmSeconds / 5) }

  const pages = await withClient(database, async (client) => {
    const ofMany: Explained = await explainPrepared(client, await pageStatement(crowded + 1))
    const ofFew: Explained = await explainPrepared(client, await pageStatement(few + 1))
    return { ofMany, ofFew }
  })
  const alone: Row = absolute(
    `the page's statement, ${many}, in times of ${some}`,
    pages.ofMany.milliseconds / pages.ofFew.milliseconds,
    '×',
  )
  return stage.temporarily(startOurs(database), async (server) => {
    const reading = (name: string, exchange: typeof readLast, first: number, count: number) =>
      over(load, name, server, exchange, {
        chats: sizes.chats,
        messages: sizes.messages,
        askers: chatsFrom(first, count),
      })
    const pair = (exchange: typeof readLast, chats: number) => [
      reading(reacted, exchange, 1 + sizes.chats, chats),
      reading(plain, exchange, 1, chats),
    ]
    const known = await takeTurns(pair(readLast, KNOWN_CHATS), pace)
    const unseen = await takeTurns(pair(readAnywhere, sizes.chats), pace)
    const crowds = await takeTurns(
      [reading(many, readLast, crowded + 1, CROWDED_CHATS), reading(some, readLast, few + 1, CROWDED_CHATS)],
      pace,
    )
    const names = { quantity: 'perSecond', of: reacted, to: plain, goal: { atLeast: 0.85 } } as const
    return {
      rows: [
        ...compare(known, { figure: `page of ${PAGE}, ${reacted}, pages known`, ...names }),
        ...compare(unseen, { figure: `page of ${PAGE}, ${reacted}, pages never seen`, ...names }),
        ...compare(crowds, {
          figure: `page of ${PAGE}, a message with ${many}`,
          quantity: 'perSecond',
          of: many,
          to: some,
          goal: { atLeast: 0.95 },
        }),
        alone,
      ],
    }
  })
}
