import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import type { UserId } from '../../../src/domain/caller.ts'
import type { Role } from '../../../src/domain/chat/member.ts'
import type { Message } from '../../../src/domain/chat/message.ts'
import type { ChatId } from '../../../src/domain/identity.ts'
import { postgresChats } from '../../../src/infrastructure/postgres/chats.ts'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { type Acting, acting } from '../../acting.ts'
import { aUser, left, right, upTo } from '../../fixtures.ts'
import { aDatabase } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'
import { until } from '../../until.ts'

const [ALICE, BOB, CAROL] = [aUser('alice'), aUser('bob'), aUser('carol')]
const ROUNDS = process.env['TORTURE'] ? 100 : 10
const SENDERS = 16

const as = (role: Role, ...users: readonly { readonly id: UserId }[]) => users.map(({ id }) => ({ userId: id, role }))

describe('Members of several servers, who race', () => {
  const hold = releasing()
  let database: Database
  let here: Acting
  let there: Acting

  beforeEach(async () => {
    const place = await aDatabase()
    const server = () => hold(openDatabase(place), ({ close }) => close())
    database = server()
    ;[here, there] = [acting(postgresChats(database)), acting(postgresChats(server()))]
  })

  /** Both servers have the chat and its members in mind, as servers do that are busy with it. */
  const warm = async (chatId: ChatId, ...callers: readonly (typeof ALICE)[]) => {
    for (const server of [here, there]) for (const caller of callers) right(await server.send(caller, chatId))
  }
  const membershipOf = async (chatId: ChatId, userId: UserId) => {
    const { rows } = await database.pool.query<{ role: string; revision: number; gone: boolean }>(
      `select role, revision::int, removed_at is not null as gone from members where chat_id = $1 and user_id = $2`,
      [chatId, userId],
    )
    return rows[0]
  }
  const messagesOf = async (chatId: ChatId) => {
    const { rows } = await database.pool.query<{ author: string; id: number; revision: number }>(
      'select author, id::int, revision::int from messages where chat_id = $1 order by id',
      [chatId],
    )
    return rows
  }
  const atOnce = <A, B>(one: () => Promise<A>, two: () => Promise<B>, round: number): Promise<[A, B]> =>
    round % 2 === 0 ? Promise.all([one(), two()]) : Promise.all([two(), one()]).then(([b, a]) => [a, b])

  it('send nothing once their removal was kept, however many senders are under way', async () => {
    for (const round of upTo(ROUNDS)) {
      const chatId = right(await here.open(ALICE, { members: as('member', BOB) })).done.id
      await warm(chatId, ALICE, BOB)
      const answered: Message[] = []
      const late: unknown[] = []
      let isRemoved = false
      const sending = upTo(SENDERS).map(async (sender) => {
        const server = sender % 2 ? here : there
        for (;;) {
          const beganAfter = isRemoved
          const answer = await server.send(BOB, chatId, `from ${sender}`)
          if (E.isRight(answer)) {
            answered.push(answer.right.message)
            if (beganAfter) late.push(answer.right.message)
          } else expect(answer.left).to.deep.equal({ kind: 'ChatNotFound', chatId })
          if (beganAfter) return
          // The owner writes all along, and is not held up.
          if (sender === 1) right(await server.send(ALICE, chatId))
        }
      })
      await Promise.race([until(() => answered.length >= 2 * SENDERS), Promise.all(sending)])
      const { member } = right(await (round % 2 ? here : there).remove(ALICE, chatId, BOB.id))
      isRemoved = true
      await Promise.all(sending)
      expect(late).to.deep.equal([])
      const kept = await messagesOf(chatId)
      expect(kept.map(({ id }) => id)).to.deep.equal(kept.map((_, index) => index + 1))
      const own = kept.filter(({ author }) => author === BOB.id)
      expect(Math.max(...own.map(({ revision }) => revision))).to.be.below(member.revision)
      expect(
        own.slice(2).map(({ id }) => id),
        'what was kept was answered',
      ).to.have.members(answered.map(({ id }) => id))
    }
  })

  it('leave one owner, when two leave at once', async () => {
    for (const round of upTo(ROUNDS)) {
      const members = [...as('owner', BOB), ...as('member', CAROL)]
      const chatId = right(await here.open(ALICE, { members })).done.id
      await warm(chatId, ALICE, BOB)
      const answers = await atOnce(
        () => here.remove(ALICE, chatId, ALICE.id),
        () => there.remove(BOB, chatId, BOB.id),
        round,
      )
      expect(answers.filter(E.isRight)).to.have.length(1)
      expect(answers.filter(E.isLeft).map((answer) => left(answer))).to.deep.equal([{ kind: 'LastOwner' }])
      const gone = await Promise.all([ALICE, BOB].map(async ({ id }) => (await membershipOf(chatId, id))?.gone))
      expect(gone.toSorted()).to.deep.equal([false, true])
    }
  })

  it('are what the later of two changes makes them, which decided on what the earlier one left', async () => {
    for (const round of upTo(ROUNDS)) {
      const members = [...as('owner', BOB), ...as('member', CAROL)]
      const chatId = right(await here.open(ALICE, { members })).done.id
      await warm(chatId, ALICE, BOB, CAROL)
      // A moderator may not make owners: the promotion that comes after the demotion is refused.
      const [demotion, promotion] = await atOnce(
        () => here.put(ALICE, chatId, BOB.id, 'moderator'),
        () => there.put(BOB, chatId, CAROL.id, 'owner'),
        round,
      )
      const demoted = right(demotion).member
      const carol = await membershipOf(chatId, CAROL.id)
      if (E.isRight(promotion)) {
        expect(promotion.right.member.revision).to.be.below(demoted.revision)
        expect(carol).to.deep.equal({ role: 'owner', revision: promotion.right.member.revision, gone: false })
      } else {
        expect(promotion.left).to.include({ kind: 'Forbidden' })
        expect(carol).to.deep.equal({ role: 'member', revision: 0, gone: false })
      }
      expect(await membershipOf(chatId, BOB.id)).to.deep.equal({
        role: 'moderator',
        revision: demoted.revision,
        gone: false,
      })
    }
  })

  it('of whom each demotes the other leave one owner, when nobody else is one', async () => {
    for (const round of upTo(ROUNDS)) {
      const chatId = right(await here.open(ALICE, { members: as('owner', BOB) })).done.id
      await warm(chatId, ALICE, BOB)
      const answers = await atOnce(
        () => here.put(ALICE, chatId, BOB.id, 'member'),
        () => there.put(BOB, chatId, ALICE.id, 'member'),
        round,
      )
      expect(answers.filter(E.isRight)).to.have.length(1)
      for (const answer of answers.filter(E.isLeft)) expect(left(answer)).to.include({ kind: 'Forbidden' })
    }
  })

  it('join a chat before it turns private, or find none', async () => {
    const seen = { joined: 0, refused: 0 }
    for (const round of upTo(ROUNDS)) {
      const chatId = right(await here.open(ALICE, { visibility: 'public' })).done.id
      await warm(chatId, ALICE, CAROL)
      const [hidden, joined] = await atOnce(
        () => here.show(ALICE, chatId, 'private'),
        () => there.put(CAROL, chatId, CAROL.id, 'member'),
        round,
      )
      const { revision } = right(hidden).chat
      if (E.isRight(joined)) {
        seen.joined += 1
        expect(joined.right.member.revision).to.be.below(revision)
        right(await here.send(CAROL, chatId))
      } else {
        seen.refused += 1
        expect(joined.left).to.deep.equal({ kind: 'ChatNotFound', chatId })
        expect(await membershipOf(chatId, CAROL.id)).to.equal(undefined)
        expect(left(await there.send(CAROL, chatId))).to.deep.equal({ kind: 'ChatNotFound', chatId })
      }
    }
    expect(seen.joined + seen.refused).to.equal(ROUNDS)
  })
})
