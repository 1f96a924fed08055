import { expect } from 'chai'
import type { Inboxes, Moment } from '../../../src/application/ports/inboxes.ts'
import { ANYBODY, type UserId } from '../../../src/domain/caller.ts'
import type { ChatId } from '../../../src/domain/identity.ts'
import { postgresChats } from '../../../src/infrastructure/postgres/chats.ts'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { postgresInboxes } from '../../../src/infrastructure/postgres/inboxes.ts'
import { acting } from '../../acting.ts'
import { right, upTo } from '../../fixtures.ts'
import { blocksOf, planOf, type PlanNode } from '../../plan-of.ts'
import { adminOf, aDatabase } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'

const MANY = 10_000
const FEW = 10
const LARGE = 100_000
const LIMIT = 50

/** A tenth of the members and of the messages of the large chat is gone; mara and fay have read all but the last hundred. */
const GONE = LARGE / 10
const [AFTER, GONE_AFTER] = [100, 10]

const [MARA, FAY, BEN] = ['mara', 'fay', 'ben'] as [UserId, UserId, UserId]

/** A thousand of those who are there. */
const present = upTo(1000).map((n) => `user-${String(n * 100 - 1).padStart(6, '0')}` as UserId)

describe('However many chats there are, and however large,', () => {
  const hold = releasing(after)
  let database: Database
  let inboxes: Inboxes
  let large: ChatId
  let later: Moment

  before(async () => {
    const where = await aDatabase()
    database = hold(openDatabase(where), ({ close }) => close())
    inboxes = postgresInboxes(database.pool)
    large = right(await acting(postgresChats(database)).open(ANYBODY)).done.id
    // Beside the large one mara is in every second chat, fay in ten, and ben, who has read everything, in all. To mara and fay
    // two messages of five are unread in each.
    await adminOf(
      where,
      `insert into chats (title, created_at, updated_at, active_at, touched_at, last_message_id, revision, changed_at_revision)
       select 'one of many', now(), now(), now() - n * interval '1 s', now() - interval '1 h', 5, 5, 0
       from generate_series(1, ${2 * MANY}) n;
       insert into members (chat_id, user_id, role, joined_at, revision, read_message_id, marked_at)
       select id, name, 'member', now(), 0, case name when 'ben' then 5 else 3 end, now() - interval '1 h'
       from chats, (values ('mara', 2, ${2 * MANY}), ('fay', 100, ${100 * FEW}), ('ben', 1, ${2 * MANY})) users (name, each, most)
       where title = 'one of many' and id % each = 0 and id <= most;
       insert into members (chat_id, user_id, role, joined_at, revision, removed_at)
       select ${large}, 'user-' || lpad(n::text, 6, '0'), 'member', now(), 0, case when n % 10 = 0 then now() end
       from generate_series(1, ${LARGE}) n;
       insert into members (chat_id, user_id, role, joined_at, revision, read_message_id)
       select ${large}, name, 'member', now(), 0, ${LARGE - AFTER} from unnest(array['mara', 'fay']) name;
       update chats set last_message_id = ${LARGE}, revision = ${LARGE} where id = ${large};
       insert into messages (chat_id, id, text, created_at, revision, deleted_at)
       select ${large}, n, case when n % 10 > 0 then 'hello' end, now(), n, case when n % 10 = 0 then now() end
       from generate_series(1, ${LARGE}) n;
       insert into messages (chat_id, id, text, created_at, revision)
       select id, n, 'hello', now(), n from chats, generate_series(1, 5) n where title = 'one of many'`,
    )
    await adminOf(where, 'vacuum analyze chats, members, messages')
    later = right(await inboxes.page(FAY, { limit: 1 })()).moment
  })

  /** Rows that were read of a table: plans tell them to a hundredth for each time that it was looked at. */
  const rowsOf = (nodes: readonly PlanNode[], table: string) =>
    nodes
      .filter((node) => node['Relation Name'] === table)
      .reduce((sum, node) => sum + Math.round(node['Actual Rows'] * node['Actual Loops']), 0)

  /** The plan, which goes by these indexes alone, and reads nothing in vain. */
  const planBy = async (indexes: readonly string[], work: () => Promise<unknown>) => {
    const nodes = await planOf(database.pool, work)
    const types = nodes.map((node) => node['Node Type'])
    expect(types.filter((type) => /Seq Scan|Hash|Merge|Bitmap|Materialize/.test(type))).to.deep.equal([])
    expect([...new Set(nodes.flatMap((node) => node['Index Name'] ?? []))].sort()).to.deep.equal(indexes.toSorted())
    const passedOver = nodes.map((node) => (node['Rows Removed by Filter'] ?? 0) * node['Actual Loops'])
    expect(Math.max(...passedOver), 'rows that were read in vain').to.be.at.most(LIMIT)
    return nodes
  }

  const OWN = ['members_chats_index', 'chats_pkey']
  const SHOWN = ['messages_pkey', 'messages_deleted_index']

  for (const [user, chats] of [
    [FAY, FEW + 1],
    [MARA, MANY + 1],
  ] as const) {
    it(`a page of an inbox of ${chats} chats looks at each, and reads messages for the page alone`, async () => {
      const nodes = await planBy([...OWN, ...SHOWN], async () => {
        expect(right(await inboxes.page(user, { limit: LIMIT })()).entries).to.have.length(Math.min(LIMIT, chats))
      })
      const shown = Math.min(LIMIT + 1, chats)
      expect(rowsOf(nodes, 'members')).to.equal(chats)
      expect(rowsOf(nodes, 'chats')).to.equal(chats + shown)
      expect(rowsOf(nodes, 'messages')).to.be.within(shown, shown + GONE_AFTER)
      expect(blocksOf(nodes), 'pages of 8 KiB').to.be.below(4 * chats + 12 * shown + 40)
    })

    it(`what is unread in ${chats} chats is a look at each, and at the tombstones after its marker`, async () => {
      const nodes = await planBy([...OWN, 'messages_deleted_index'], async () => {
        const messages = 2 * (chats - 1) + AFTER - GONE_AFTER
        expect(right(await inboxes.unread(user)())).to.deep.equal({ chats, messages })
      })
      expect([rowsOf(nodes, 'members'), rowsOf(nodes, 'chats')]).to.deep.equal([chats, chats])
      expect(rowsOf(nodes, 'messages')).to.be.at.most(GONE_AFTER)
    })

    it(`what changed among ${chats} chats is a look at each`, async () => {
      const nodes = await planBy(OWN, async () => {
        const { chatIds, changed } = right(await inboxes.since(user, later)())
        expect([chatIds.length, changed]).to.deep.equal([chats, [large]])
      })
      expect([rowsOf(nodes, 'members'), rowsOf(nodes, 'chats')]).to.deep.equal([chats, chats])
    })
  }

  it('what is unread takes no look at the messages of chats that are read', async () => {
    const nodes = await planBy([...OWN, 'messages_deleted_index'], async () => {
      expect(right(await inboxes.unread(BEN)())).to.deep.equal({ chats: 0, messages: 0 })
    })
    const ofMessages = nodes.filter((node) => node['Relation Name'] === 'messages')
    expect(ofMessages.map((node) => node['Actual Loops'])).to.deep.equal([0])
  })

  it('entries of a thousand members read their chat, its last message and its tombstones once', async () => {
    const nodes = await planBy([...OWN, ...SHOWN], async () => {
      const { news } = right(await inboxes.entries(present.map((userId) => ({ chatId: large, userId })))())
      expect(news.map(({ members }) => members.length)).to.deep.equal([present.length])
      expect(news[0]?.members[0]?.unread).to.equal(LARGE - GONE)
    })
    expect([rowsOf(nodes, 'members'), rowsOf(nodes, 'chats')]).to.deep.equal([present.length, 1])
    expect(rowsOf(nodes, 'messages')).to.equal(GONE + 1)
    expect(blocksOf(nodes), 'pages of 8 KiB').to.be.below(5 * present.length + GONE)
  })

  it('entries of a thousand chats are a look at each', async () => {
    const addresses = upTo(1000).map((n) => ({ chatId: (2 * n) as ChatId, userId: MARA }))
    const nodes = await planBy([...OWN, ...SHOWN], async () => {
      expect(right(await inboxes.entries(addresses)()).news).to.have.length(1000)
    })
    for (const table of ['members', 'chats', 'messages']) expect(rowsOf(nodes, table), table).to.equal(1000)
  })

  it('heads, markers and members among others are looked up by their keys', async () => {
    const chatIds = upTo(1000).map((n) => (large + n) as ChatId)
    await planBy(['chats_pkey'], async () => expect(right(await inboxes.heads(chatIds)()).size).to.equal(1000))
    const markers = await planBy(['members_chats_index'], async () =>
      expect(right(await inboxes.markersOf([FAY, ...present.slice(0, 20)])())).to.have.length(FEW + 21),
    )
    expect(rowsOf(markers, 'members')).to.equal(FEW + 21)
    for (const [chats, found] of [
      [[large], present.length],
      [chatIds.slice(0, 20), 0],
    ] as const) {
      const nodes = await planOf(database.pool, async () =>
        expect(right(await inboxes.membersAmong(chats, present)())).to.have.length(found),
      )
      expect(nodes.map((node) => node['Node Type']).filter((type) => /Seq Scan|Materialize/.test(type))).to.deep.equal(
        [],
      )
      const comparisons = nodes.map((node) => (node['Rows Removed by Filter'] ?? 0) * node['Actual Loops'])
      expect(Math.max(...comparisons), 'members held against every user').to.be.at.most(GONE)
      expect(rowsOf(nodes, 'members')).to.be.at.most(LARGE)
    }
  })
})
