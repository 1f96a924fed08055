import { expect } from 'chai'
import { ANYBODY, type Caller, type UserId } from '../../../src/domain/caller.ts'
import type { Chats } from '../../../src/application/ports/chats.ts'
import { marker } from '../../../src/domain/chat/reading.ts'
import type { ChatId } from '../../../src/domain/identity.ts'
import { postgresChats } from '../../../src/infrastructure/postgres/chats.ts'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { postgresMarkers } from '../../../src/infrastructure/postgres/markers.ts'
import { type Acting, acting } from '../../acting.ts'
import { aUser, right } from '../../fixtures.ts'
import { blocksOf, planOf, type PlanNode } from '../../plan-of.ts'
import { adminOf, aDatabase } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'
import { statementsOf } from '../../statements.ts'

const ALICE = aUser('alice')
const MEMBERS = 100_000
const CHATS = 20_000
const MESSAGES = 100_000
const LIMIT = 50

/** Pages of 8 KiB that a page of a list may look at: some for each of its entries, and for the ways to them. */
const FEW = 4 * LIMIT + 40

describe('However large a chat is, and however many there are,', () => {
  const hold = releasing(after)
  let database: Database
  let chats: Chats
  let act: Acting
  let large: ChatId
  let small: ChatId
  let left: ChatId
  let long: ChatId

  before(async () => {
    const where = await aDatabase()
    database = hold(openDatabase(where), ({ close }) => close())
    chats = postgresChats(database, { queues: 1 })
    act = acting(chats)
    const draft = { members: [{ userId: 'zoe' as UserId, role: 'member' as const }] }
    large = right(await act.open(ALICE, draft)).done.id
    small = right(await act.open(ALICE, draft)).done.id
    left = right(await act.open(ALICE, draft)).done.id
    long = right(await act.open(ALICE, draft)).done.id
    // A sixth of the members of the large one left, and half of the chats are public. In one chat nearly everybody left, as one user did
    // nearly all chats.
    const gone = (isGone: string, user: string) =>
      `case when ${isGone} then now() end, case when ${isGone} then ${user} end`
    const joined = `'member', now(), 0`
    await adminOf(
      where,
      `insert into members (chat_id, user_id, role, joined_at, revision, removed_at, removed_by)
       select chat, name, ${joined}, ${gone('n % 100 >= present', 'name')}
       from (values (${large}, 83), (${left}, 1)) chats (chat, present),
         (select n, 'user-' || lpad(n::text, 6, '0') as name from generate_series(1, ${MEMBERS}) n) numbered;
       insert into chats (title, created_at, updated_at, last_message_id, revision, changed_at_revision, visibility)
       select 'one of many', now(), now(), 0, 0, 0, case when n % 2 = 0 then 'public' else 'private' end
       from generate_series(1, ${CHATS}) n;
       insert into members (chat_id, user_id, role, joined_at, revision, removed_at, removed_by)
       select id, name, ${joined}, ${gone(`name = 'ben' and id % 100 > 0`, 'name')}
       from chats, unnest(array['alice', 'ben']) name where title = 'one of many'`,
    )
    // Every second message of the long chat was deleted. One of its two members has read nearly everything.
    await adminOf(
      where,
      `insert into messages (chat_id, id, created_at, revision, text, deleted_at)
       select ${long}, n, now(), n, case when n % 2 = 0 then 'x' end, case when n % 2 = 1 then now() end
       from generate_series(1, ${MESSAGES}) n;
       update chats set last_message_id = ${MESSAGES}, revision = ${MESSAGES} where id = ${long};
       update members set read_message_id = ${MESSAGES - LIMIT} where chat_id = ${long} and user_id = 'zoe'`,
    )
    await adminOf(where, 'vacuum analyze chats, members, messages')
  })

  const expectFew = (nodes: readonly PlanNode[]) => {
    expect(blocksOf(nodes), 'pages of 8 KiB').to.be.below(FEW)
    const passedOver = nodes.map((node) => (node['Rows Removed by Filter'] ?? 0) * node['Actual Loops'])
    expect(Math.max(...passedOver), 'rows that were read in vain').to.be.at.most(LIMIT)
  }

  const expectRanges = async (work: () => Promise<unknown>, index: string) => {
    const nodes = await planOf(database.pool, work)
    const [top] = nodes
    const types = nodes.map((node) => node['Node Type'])
    expect(types.filter((type) => /Sort|Seq Scan|Hash|Bitmap|Materialize/.test(type))).to.deep.equal([])
    expect(nodes.map((node) => node['Index Name'])).to.include(index)
    expectFew(nodes)
    expect(top?.['Actual Rows']).to.be.at.most(LIMIT + 1)
  }

  for (const [where, after] of [
    ['first', undefined],
    ['middle', 'user-050000'],
    ['last', 'user-099960'],
  ] as const)
    for (const caller of [ALICE, ANYBODY])
      it(`the ${where} page of members is one range of an index, for a ${caller.kind}`, () =>
        expectRanges(async () => {
          const selection = { limit: LIMIT, after: after as UserId | undefined }
          expect(right(await chats.members(caller, large, selection)()).entries.length).to.be.above(20)
        }, 'members_present_index'))

  it('a page of members costs no more where nearly everybody left', () =>
    expectRanges(async () => {
      const selection = { limit: LIMIT, after: 'user-050000' as UserId }
      expect(right(await chats.members(ALICE, left, selection)()).entries).to.have.length(LIMIT)
    }, 'members_present_index'))

  const lists: readonly [string, Caller, 'public' | undefined, string][] = [
    ["of a user's own chats", ALICE, undefined, 'members_chats_index'],
    ['of the chats of a user who left nearly all', aUser('ben'), undefined, 'members_chats_index'],
    ['of public chats, for a user', ALICE, 'public', 'chats_public_index'],
    ['of public chats, for a service', ANYBODY, 'public', 'chats_public_index'],
  ]
  for (const [what, caller, visibility, index] of lists)
    for (const bounds of [{}, { before: (CHATS / 2) as ChatId }, { after: (CHATS / 2) as ChatId }])
      it(`a page ${what}, ${Object.keys(bounds)[0] ?? 'the newest'}, is one range of an index`, () =>
        expectRanges(async () => {
          const page = right(await chats.list(caller, { limit: LIMIT, ...bounds }, visibility)())
          expect(page.entries).to.have.length(LIMIT)
        }, index))

  for (const caller of [aUser('zoe'), ANYBODY])
    it(`what is unread is one range of the deleted messages after the marker, for a ${caller.kind}`, async () => {
      const userId = 'zoe' as UserId
      const look = postgresMarkers(database.pool).decide(caller, { chatId: long, userId }, marker(caller, userId))
      const nodes = await planOf(database.pool, async () =>
        expect(right(await look()).reading).to.include({ readMessageId: MESSAGES - LIMIT, unread: LIMIT / 2 }),
      )
      expectFew(nodes)
      // Straight from the index or by way of a bitmap: the plan is made before the marker is known.
      expect(nodes.map((node) => node['Index Name'])).to.include('messages_deleted_index')
    })

  it('what members send at once looks at their rows alone', async () => {
    const [bea, zoe] = [aUser('user-050000'), aUser('zoe')]
    const send = () => Promise.all([bea, zoe, bea].map(async (caller) => right(await act.send(caller, left))))
    await send()
    const nodes = await planOf(database.pool, send)
    expectFew(nodes)
    const ofMembers = nodes.filter((node) => node['Relation Name'] === 'members')
    expect(ofMembers.map((node) => node['Index Name'])).to.include('members_pkey')
  })

  it('a change by a member takes the statements that it takes in a chat of two', async () => {
    const zoe = aUser('zoe')
    const changes = async (chatId: ChatId) => {
      right(await act.send(zoe, chatId))
      right(await act.send(zoe, chatId))
      right(await act.send(aUser('alice'), chatId))
      right(await act.put(ALICE, chatId, zoe.id, 'moderator'))
      right(await act.remove(ALICE, chatId, zoe.id))
    }
    const inSmall = await statementsOf(database.pool, () => changes(small))
    expect(await statementsOf(database.pool, () => changes(large))).to.deep.equal(inSmall)
    expect(inSmall.slice(0, 4)).to.deep.equal(['chats-by-id', 'members-by-user', 'one-member-send', 'one-member-send'])
  })
})
