import { expect } from 'chai'
import type { Chats } from '../../../src/application/ports/chats.ts'
import type { Reactions } from '../../../src/application/ports/reactions.ts'
import { ANYBODY, type Caller, type UserId } from '../../../src/domain/caller.ts'
import type { Reaction } from '../../../src/domain/chat/reaction.ts'
import type { ChatId, MessageId, MessagePosition } from '../../../src/domain/identity.ts'
import { postgresChats } from '../../../src/infrastructure/postgres/chats.ts'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { postgresReactions } from '../../../src/infrastructure/postgres/reactions.ts'
import { draftOf } from '../../../src/infrastructure/postgres/writes/draft.ts'
import { addReactions } from '../../../src/infrastructure/postgres/writes/load-reactions.ts'
import { acting } from '../../acting.ts'
import { findChat } from '../../changes.ts'
import { aMessageId, aUser, right, upTo } from '../../fixtures.ts'
import { blocksOf, planOf, type PlanNode } from '../../plan-of.ts'
import { adminOf, aDatabase } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'

const MESSAGES = 100_000
const REACTORS = 10_000
const CHATS = 20_000
const LIMIT = 50
/** Pages of 8 KiB that a page of a list may look at: some for each of its entries, and for the ways to them. */
const FEW = 4 * LIMIT + 40

const HEART = '❤' as Reaction
const MARA = aUser('mara')

describe('However many replies and reactions there are,', () => {
  const hold = releasing(after)
  let database: Database
  let chats: Chats
  let reactions: Reactions
  let long: ChatId
  let other: ChatId

  before(async () => {
    const where = await aDatabase()
    database = hold(openDatabase(where), ({ close }) => close())
    chats = postgresChats(database)
    reactions = postgresReactions(database.pool)
    const members = [{ userId: MARA.id, role: 'member' as const }]
    long = right(await acting(chats).open(ANYBODY, { members })).done.id
    other = right(await acting(chats).open(ANYBODY, { members })).done.id
    // A tenth of the messages answers the first one, and a tenth of those was deleted. Mara reacted to every second message, twice to
    // some, and ten thousand others to the last one.
    await adminOf(
      where,
      `insert into messages (chat_id, id, created_at, revision, text, deleted_at, reply_to, reactions)
       select chat, n, now(), n, case when n % 100 > 0 then 'x' end, case when n % 100 = 0 then now() end,
         case when n > 1 and n % 10 = 0 then 1 end,
         case when n = ${MESSAGES} - 1 then '[{"reaction":"${HEART}","count":${REACTORS}}]'::json end
       from unnest(array[${long}, ${other}]) chat, generate_series(1, ${MESSAGES}) n;
       insert into chats (title, created_at, updated_at, last_message_id, revision, changed_at_revision)
       select 'one of many', now(), now(), 0, 0, 0 from generate_series(1, ${CHATS}) n;
       insert into members (chat_id, user_id, role, joined_at, revision)
       select ${long}, 'user-' || lpad(n::text, 6, '0'), 'member', now(), 0 from generate_series(1, ${REACTORS}) n;
       update chats set last_message_id = ${MESSAGES}, revision = ${MESSAGES} where id <= ${other};
       insert into reactions (chat_id, message_id, reaction, user_id)
       select chat, n, reaction, 'mara' from unnest(array[${long}, ${other}]) chat, generate_series(1, ${MESSAGES}, 2) n,
         unnest(array['${HEART}', '+1']) reaction where reaction = '+1' or n % 3 = 0;
       insert into reactions (chat_id, message_id, reaction, user_id)
       select ${long}, ${MESSAGES} - 1, '${HEART}', 'user-' || lpad(n::text, 6, '0') from generate_series(1, ${REACTORS}) n`,
    )
    await adminOf(where, 'vacuum analyze chats, members, messages, reactions')
  })

  /** The plan, which goes by one of the indexes in its order, and reads nothing of the kind in vain. */
  const expectRange = async (index: RegExp, work: () => Promise<unknown>): Promise<readonly PlanNode[]> => {
    const nodes = await planOf(database.pool, work)
    const types = nodes.map((node) => node['Node Type'])
    expect(types.filter((type) => /Seq Scan|Hash|Merge|Bitmap|Materialize/.test(type))).to.deep.equal([])
    expect(nodes.map((node) => node['Index Name'] ?? '').join(' ')).to.match(index)
    expect(blocksOf(nodes), 'pages of 8 KiB').to.be.below(FEW)
    const passedOver = nodes.map((node) => (node['Rows Removed by Filter'] ?? 0) * node['Actual Loops'])
    expect(Math.max(...passedOver), 'rows that were read in vain').to.be.at.most(LIMIT)
    return nodes
  }
  const tablesOf = (nodes: readonly PlanNode[]) => new Set(nodes.flatMap((node) => node['Relation Name'] ?? []))

  const callers: readonly Caller[] = [MARA, ANYBODY]
  for (const caller of callers) {
    for (const bounds of [{}, { before: (MESSAGES / 2) as MessageId }, { after: (MESSAGES / 2) as MessagePosition }])
      it(`a page of replies, ${Object.keys(bounds)[0] ?? 'the newest'}, is one range of an index, for a ${caller.kind}`, () =>
        expectRange(/messages_replies_index/, async () => {
          const selection = { limit: LIMIT, replyTo: aMessageId(1), ...bounds }
          expect(right(await chats.messages(caller, long, selection)()).entries).to.have.length(LIMIT)
        }))

    for (const [where, after] of [
      ['first', undefined],
      ['middle', 'user-005000'],
      ['last', 'user-009900'],
    ] as const)
      it(`the ${where} page of those who reacted so is one range of an index, for a ${caller.kind}`, () =>
        expectRange(/reactions_pkey/, async () => {
          const selection = { limit: LIMIT, after: after as UserId | undefined }
          const users = reactions.users(caller, long, aMessageId(MESSAGES - 1), HEART, selection)
          expect(right(await users()).entries).to.have.length(LIMIT)
        }))

    for (const bounds of [
      {},
      { before: (MESSAGES / 2) as MessageId },
      { after: 100 as MessagePosition, before: 200 as MessageId },
    ])
      it(`one's own reactions to messages ${JSON.stringify(bounds)} are one range of an index, for a ${caller.kind}`, async () => {
        const nodes = await planOf(database.pool, async () => {
          const found = right(await reactions.ofUser(caller, long, MARA.id, { limit: LIMIT, ...bounds })())
          expect(new Set(found.entries.map(({ messageId }) => messageId))).to.have.property('size', LIMIT)
        })
        expect(nodes.map((node) => node['Index Name'])).to.include('reactions_user_index')
        expect(nodes.map((node) => node['Node Type']).filter((type) => /Seq Scan|Hash|Merge|Bitmap/.test(type))).to.be
          .empty
        // As many as there may be to so many messages, whatever there are.
        const rows = nodes.filter((node) => node['Relation Name'] === 'reactions').map((node) => node['Actual Rows'])
        expect(Math.max(...rows)).to.be.at.most(20 * LIMIT + 1)
        expect(blocksOf(nodes), 'pages of 8 KiB').to.be.below(20 * LIMIT + FEW)
      })
  }

  it('a page of messages reads no reactions, though ten thousand reacted to one of them', async () => {
    const nodes = await expectRange(/messages_pkey/, async () => {
      const { entries } = right(await chats.messages(MARA, long, { limit: LIMIT })())
      expect(entries[0]?.reactions).to.deep.equal([{ reaction: HEART, count: REACTORS }])
    })
    expect(tablesOf(nodes).has('reactions')).to.equal(false)
  })

  it('whether those who react have done so already is looked up by an index, each with its own row', async () => {
    const drafts = new Map(
      await Promise.all([long, other].map(async (id) => [id, draftOf(right(await findChat(chats, id)))] as const)),
    )
    const asks = upTo(20).flatMap((n) =>
      [long, other].map((chatId) => ({
        chatId,
        messageId: aMessageId(n),
        userId: MARA.id,
        reaction: '+1' as Reaction,
      })),
    )
    const nodes = await expectRange(/reactions_(pkey|user_index)/, () => addReactions(database.pool, drafts, asks))
    expect(tablesOf(nodes)).to.deep.equal(new Set(['reactions']))
    expect(drafts.get(long)?.reactions.there.size).to.equal(10)
  })
})
