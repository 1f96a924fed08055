import type { Client, Pool } from 'pg'
import type { ChatId, MessageId } from '../src/domain/identity.ts'
import { postgresReads } from '../src/infrastructure/postgres/reads/reads.ts'
import { ANYBODY } from '../src/domain/caller.ts'
import { createMessenger, withClient } from './database.ts'
import { median } from './measurement.ts'
import type { Section } from './section.ts'
import { absolute, thousands } from './table.ts'

const REPEATS = 15
const PAGE = 20

/** Of a single chat PostgreSQL would read the whole table rather than its index. */
const NEIGHBOURS = `
  insert into chats (title, created_at, updated_at, last_message_id, revision, changed_at_revision)
  select 'Chat ' || c, now(), now(), 0, 0, 0 from generate_series(1, 1000) c`

interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

/** The statement that the product itself would send for a page, caught on its way. */
const statementFor = async (before?: number): Promise<Statement> => {
  let caught: Statement | undefined
  const query = async (statement: Statement) => {
    caught = statement
    return { rows: [] }
  }
  const cursor = before === undefined ? {} : { before: before as MessageId }
  await postgresReads({ query, on: () => {} } as unknown as Pool).messages(ANYBODY, 1 as ChatId, {
    limit: PAGE,
    ...cursor,
  })
  if (!caught) throw new Error('the product read a page without asking the database')
  return caught
}

interface Explained {
  readonly milliseconds: number
  readonly plan: string
}

/** Several times, so that both pages are in memory; the time is the median, the plan the last one's. */
const explain = async (client: Client, { text, values }: Statement): Promise<Explained> => {
  const times: number[] = []
  let plan = ''
  for (let i = 0; i < REPEATS; i++) {
    const { rows } = await client.query<{ 'QUERY PLAN': string }>(`explain (analyze, buffers) ${text}`, [...values])
    plan = rows.map((row) => row['QUERY PLAN']).join('\n')
    times.push(Number(/Execution Time: ([\d.]+)/.exec(plan)?.[1]))
  }
  return { milliseconds: median(times), plan }
}

const isIndexRange = (plan: string): boolean =>
  /Index Scan( Backward)? using messages_pkey/.test(plan) && !/Seq Scan on messages|Sort/.test(plan)

const shown = (title: string, { milliseconds, plan }: Explained) =>
  `### ${title}: ${milliseconds} ms, ${isIndexRange(plan) ? 'a range of the index' : 'NOT a range of the index'}\n\n\`\`\`text\n${plan}\n\`\`\``

/** The newest page of one very long chat, and a page at its far end. */
export const deepPage: Section = async ({ postgres, sizes }) => {
  const messages = sizes.deepChat
  const connection = await createMessenger(postgres, 'deep', { chats: 1, messages })
  return withClient(connection, async (client) => {
    await client.query(NEIGHBOURS)
    await client.query('analyze chats')
    const newest = await explain(client, await statementFor())
    const deep = await explain(client, await statementFor(Math.ceil(messages / 1000) + PAGE))
    const size = thousands(messages)
    return {
      rows: [
        absolute(`deep page of ${size} messages, in times of the newest`, deep.milliseconds / newest.milliseconds, '×'),
        {
          figure: 'both pages are a range of the index',
          ours: '',
          yardstick: '',
          ratio: '',
          goal: 'yes',
          met: [newest, deep].every(({ plan }) => isIndexRange(plan)) ? 'yes' : 'no',
        },
      ],
      notes: [
        `## Pages of a chat of ${size} messages\n\nMedian of ${REPEATS} executions each.`,
        shown('The newest 20', newest),
        shown(`20 messages ${thousands(messages - Math.ceil(messages / 1000))} further back`, deep),
      ].join('\n\n'),
    }
  })
}
