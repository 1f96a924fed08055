import { expect } from 'chai'
import { Client } from 'pg'
import type { InboxAddress, Inboxes, Moment } from '../../../src/application/ports/inboxes.ts'
import { ANYBODY, type UserId } from '../../../src/domain/caller.ts'
import type { ChatId } from '../../../src/domain/identity.ts'
import { postgresChats } from '../../../src/infrastructure/postgres/chats.ts'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { postgresInboxes } from '../../../src/infrastructure/postgres/inboxes.ts'
import { type Acting, acting } from '../../acting.ts'
import { aChatId, left, right, upTo } from '../../fixtures.ts'
import { adminOf, aDatabase } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'
import { statementsOf } from '../../statements.ts'
import { until } from '../../until.ts'

const BOB = 'bob' as UserId
const HOUR = 3_600_000

describe('Inboxes in PostgreSQL', () => {
  const hold = releasing(after)
  let where: Awaited<ReturnType<typeof aDatabase>>
  let database: Database
  let inboxes: Inboxes
  let act: Acting

  before(async () => {
    where = await aDatabase()
    database = hold(openDatabase(where), ({ close }) => close())
    inboxes = postgresInboxes(database.pool)
    act = acting(postgresChats(database))
  })
  beforeEach(() => adminOf(where, 'truncate chats cascade'))

  const withBob = async () => right(await act.open(ANYBODY, { members: [{ userId: BOB, role: 'member' }] })).done.id
  const age = () =>
    adminOf(
      where,
      `update chats set touched_at = touched_at - interval '1 h'; update members set marked_at = marked_at - interval '1 h'`,
    )
  const momentNow = async () => right(await inboxes.page(BOB, { limit: 1 })()).moment
  const changedSince = async (moment: number) => right(await inboxes.since(BOB, moment as Moment)()).changed

  it('tell a change that began before a moment and was seen after it', async () => {
    const [chatId] = [await withBob(), await withBob()] as const
    await age()
    const other = hold(new Client(where), (client) => client.end())
    await other.connect()
    await other.query('begin')
    await other.query(`update chats set title = 'Renamed', touched_at = now() where id = ${chatId}`)
    const { rows } = await other.query<{ began: string }>('select extract(epoch from now()) * 1000 as began')
    let moment = 0
    await until(async () => (moment = await momentNow()) > Number(rows[0]?.began) + 20)
    expect(await changedSince(moment)).to.deep.equal([])
    await other.query('commit')
    expect(await changedSince(moment)).to.deep.equal([chatId])
  })

  it('tell of a change half a minute longer than they must, and no longer', async () => {
    const chatId = await withBob()
    const moment = await momentNow()
    await age()
    expect(await changedSince(moment - HOUR + 25_000)).to.deep.equal([chatId])
    expect(await changedSince(moment - HOUR + 60_000)).to.deep.equal([])
  })

  it('tell everything to whoever comes with a moment of another clock, which was ahead', async () => {
    const chatId = await withBob()
    await age()
    const moment = await momentNow()
    expect(await changedSince(moment)).to.deep.equal([])
    for (const ahead of [HOUR, 2 ** 48 - 1 - moment]) expect(await changedSince(moment + ahead)).to.deep.equal([chatId])
  })

  it('go by the clock of the database', async () => {
    const before = await adminOf(where, 'select floor(extract(epoch from clock_timestamp()) * 1000)::float as now')
    const moment = await momentNow()
    const after = await adminOf(where, 'select floor(extract(epoch from clock_timestamp()) * 1000)::float as now')
    expect(moment).to.be.within(before.rows[0]?.['now'] as number, after.rows[0]?.['now'] as number)
  })

  it('are asked for in as few statements as there is room for, and none where nothing is asked for', async () => {
    const names = upTo(6000).map((n) => `user-${n}` as UserId)
    const [large, small] = [await withBob(), await withBob()]
    await adminOf(
      where,
      `insert into members (chat_id, user_id, role, joined_at, revision)
       select ${large}, 'user-' || n, 'member', now(), 0 from generate_series(1, 6000) n`,
    )
    const at = (chatId: ChatId, userId: UserId): InboxAddress => ({ chatId, userId })
    const addresses = [at(small, BOB), ...names.map((name) => at(large, name)), at(large, BOB)]
    const asked = await statementsOf(database.pool, async () => {
      const { news, moment } = right(await inboxes.entries(addresses)())
      const told = news.flatMap(({ chat, members }) => members.map(({ userId }) => at(chat.id, userId)))
      expect(told).to.have.deep.members(addresses)
      expect(moment).to.be.at.most(await momentNow())
    })
    expect(asked.filter((name) => name === 'inbox-entries')).to.have.length(2)

    const chatIds = [...upTo(2500).map((n) => (large + 10 + n) as ChatId), large, small]
    expect(right(await inboxes.heads(chatIds)()).size).to.equal(2)
    expect(right(await inboxes.membersAmong(chatIds, [...names, BOB])())).to.have.length(6002)
    expect(right(await inboxes.markersOf([...names, BOB])())).to.have.length(6002)

    const nothing = await statementsOf(database.pool, async () => {
      await inboxes.entries([])()
      await inboxes.heads([])()
      await inboxes.membersAmong([], names)()
      await inboxes.membersAmong(chatIds, [])()
      await inboxes.markersOf([])()
    })
    expect(nothing).to.deep.equal([])
  })

  it('are read, however much is kept with each of thousands of chats', async () => {
    const CHATS = 5000
    const noted = `('{"note":"' || repeat('x', 4080) || '"}')::json`
    await adminOf(
      where,
      `insert into chats (title, created_at, updated_at, last_message_id, revision, changed_at_revision, metadata)
         select 'Plates', now(), now(), 1, 1, 1, ${noted} from generate_series(1, ${CHATS});
       insert into messages (chat_id, id, text, created_at, revision, metadata)
         select id, 1, repeat('🍽', 5000), now(), 1, ${noted} from chats;
       insert into members (chat_id, user_id, role, joined_at, revision) select id, 'bob', 'member', now(), 0 from chats`,
    )
    const { chatIds } = right(await inboxes.since(BOB, 0 as Moment)())
    const asked = await statementsOf(database.pool, async () => {
      const { news } = right(await inboxes.entries(chatIds.map((chatId) => ({ chatId, userId: BOB })))())
      expect(news).to.have.length(CHATS)
    })
    expect(
      asked.filter((name) => name === 'inbox-entries'),
      'a thousand chats each',
    ).to.have.length(5)
  })

  it('read the markers of few users at a time, who may be in thousands of chats each', async () => {
    const names = upTo(100).map((n) => `user-${n}` as UserId)
    const asked = await statementsOf(database.pool, () => inboxes.markersOf(names)())
    expect(asked).to.have.length(4)
  })

  it('are unavailable, and do not fail, while the database cannot be reached', async () => {
    const unreachable = openDatabase({ host: '/nowhere', port: 1, user: 'nobody', database: 'messenger_test' })
    const { page, unread, since, entries, heads, membersAmong, markersOf } = postgresInboxes(unreachable.pool)
    const chatId = aChatId()
    for (const ask of [
      page(BOB, { limit: 1 }),
      unread(BOB),
      since(BOB, 1 as Moment),
      entries([{ chatId, userId: BOB }]),
      heads([chatId]),
      membersAmong([chatId], [BOB]),
      markersOf([BOB]),
    ])
      expect(left(await ask())).to.include({ kind: 'Unavailable' })
    await unreachable.close()
  })
})
