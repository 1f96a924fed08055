import { expect } from 'chai'
import type { Pool } from 'pg'
import { ANYBODY } from '../../../src/domain/caller.ts'
import { openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { postgresReads } from '../../../src/infrastructure/postgres/reads/reads.ts'
import { aChatId, aMessageId, aUser } from '../../fixtures.ts'
import { adminOf, aDatabase } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'

const CROWD = 2000

/** One chat of very many members and messages among so many of three and five that PostgreSQL expects so few in each. */
const CONTENTS = `
  set session_replication_role = replica;
  insert into chats (id, title, created_at, updated_at, last_message_id, revision, changed_at_revision, access_revision)
    select c, 'Chat ' || c, now(), now(), ${CROWD}, ${CROWD}, 0, 0 from generate_series(1, 5000) c;
  insert into messages (chat_id, id, text, created_at, revision)
    select 1, n, 'Tea', now(), n from generate_series(1, ${CROWD}) n
    union all select c, n, 'Tea', now(), n from generate_series(2, 5000) c, generate_series(1, 5) n;
  insert into members (chat_id, user_id, role, joined_at, revision)
    select c, 'user-' || (c + k) % 64, 'member', now(), 0 from generate_series(1, 5000) c, generate_series(0, 2) k;
  insert into members (chat_id, user_id, role, joined_at, revision)
    select 1, 'crowd-' || lpad(n::text, 6, '0'), 'member', now(), 0 from generate_series(1, ${CROWD}) n;
  set session_replication_role = default;
  analyze`

interface Statement {
  readonly text: string
  readonly values: readonly unknown[]
}

/** A pool that explains what it is asked before it answers. */
const explaining = (pool: Pool, plans: string[]): Pool =>
  ({
    on: () => {},
    query: async (statement: Statement) => {
      const explain = { text: `explain (analyze, timing off) ${statement.text}`, values: [...statement.values] }
      const { rows } = await pool.query<{ 'QUERY PLAN': string }>(explain)
      plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'))
      return pool.query(statement as never)
    },
  }) as unknown as Pool

describe('A chat of very many members and messages', () => {
  const hold = releasing()

  it('is read without a walk through them, whoever asks', async () => {
    const where = await aDatabase()
    await adminOf(where, CONTENTS)
    const { pool } = hold(openDatabase(where), ({ close }) => close())
    const plans: string[] = []
    const reads = postgresReads(explaining(pool, plans))
    const askers = Array.from({ length: 16 }, (_, n) => aUser(`crowd-00${1900 + n}`))
    const chatId = aChatId(1)

    const found = await Promise.all([
      ...askers.map(async (user) => (await reads.messages(user, chatId, { limit: 1 }))?.entries.length),
      ...askers.map(async (user) => ((await reads.message(user, chatId, aMessageId(CROWD - 1))) ? 1 : 0)),
      ...askers.map(async () => ((await reads.message(ANYBODY, chatId, aMessageId(CROWD - 2))) ? 1 : 0)),
      ...askers.map(async (user) => (await reads.members.page(user, chatId, { limit: 1 }))?.entries.length),
    ])
    expect(new Set(found)).to.deep.equal(new Set([1]))
    expect(plans.length).to.be.within(3, 64)
    for (const plan of plans) {
      const walked = Array.from(plan.matchAll(/Rows Removed by (?:Join )?Filter: (\d+)/g), ([, rows]) => Number(rows))
      expect(Math.max(0, ...walked), plan).to.be.below(100)
    }
  })
})
