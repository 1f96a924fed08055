import type { ChatId, MessageId } from '../src/domain/identity.ts'
import { postgresReads } from '../src/infrastructure/postgres/reads/reads.ts'
import { ANYBODY } from '../src/domain/caller.ts'
import { createMessenger, withClient } from './database.ts'
import { explain, judged, REPEATS, shown, statementOf } from './plans.ts'
import type { Section } from './section.ts'
import { absolute, thousands } from './table.ts'

const PAGE = 20

/** Of a single chat PostgreSQL would read the whole table rather than its index. */
const NEIGHBOURS = `
  insert into chats (title, created_at, updated_at, last_message_id, revision, changed_at_revision, access_revision)
  select 'Chat ' || c, now(), now(), 0, 0, 0, 0 from generate_series(1, 1000) c`

const statementFor = (before?: number) =>
  statementOf((pool) => {
    const cursor = before === undefined ? {} : { before: before as MessageId }
    return postgresReads(pool).messages(ANYBODY, 1 as ChatId, { limit: PAGE, ...cursor })
  })

const isIndexRange = (plan: string): boolean =>
  /Index Scan( Backward)? using messages_pkey/.test(plan) && !/Seq Scan on messages|Sort/.test(plan)

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
        judged('both pages are a range of the index', [newest, deep], isIndexRange),
      ],
      notes: [
        `## Pages of a chat of ${size} messages\n\nMedian of ${REPEATS} executions each.`,
        shown('The newest 20', newest, isIndexRange),
        shown(`20 messages ${thousands(messages - Math.ceil(messages / 1000))} further back`, deep, isIndexRange),
      ].join('\n\n'),
    }
  })
}
