import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import type { Chats } from '../../src/application/ports/chats.ts'
import type { Journal } from '../../src/application/ports/journal.ts'
import { ANYBODY, userOf, type Caller, type UserId } from '../../src/domain/caller.ts'
import type { NewChat } from '../../src/domain/chat/chat.ts'
import { change, close } from '../../src/domain/chat/chat-decisions.ts'
import { isFormer, type Role } from '../../src/domain/chat/member.ts'
import { appoint, dismiss } from '../../src/domain/chat/member-decisions.ts'
import { post } from '../../src/domain/chat/message-decisions.ts'
import type { ChatId, Revision } from '../../src/domain/identity.ts'
import { aNewChat, anIntent, aText, aUser, later, left, NOON, right, upTo } from '../fixtures.ts'

const [ALICE, BOB, CAROL] = [aUser('alice'), aUser('bob'), aUser('carol')]

/** What every storage owes to members. */
export const membersContract = (open: () => Promise<{ readonly chats: Chats; readonly journal: Journal }>) => {
  let chats: Chats
  let journal: Journal

  beforeEach(async () => {
    ;({ chats, journal } = await open())
  })

  const opened = async (caller: Caller, draft: Partial<NewChat> = {}) =>
    right(await chats.add(caller, { ...aNewChat(), ...draft })()).done.id
  const withBob = (role: Role = 'member') => opened(ALICE, { members: [{ userId: BOB.id, role }] })
  const send = (caller: Caller, chatId: ChatId) =>
    chats.decide(caller, { chatId }, post(caller, { text: aText() }, NOON))()
  const put = (caller: Caller, chatId: ChatId, userId: UserId, role: Role, at = later(1000)) =>
    chats.decide(caller, { chatId, target: userId }, appoint(caller, { userId, role, at }))()
  const remove = (caller: Caller, chatId: ChatId, userId: UserId, at = later(2000)) =>
    chats.decide(caller, { chatId, target: userId }, dismiss(caller, { userId, at }))()
  const show = (caller: Caller, chatId: ChatId, visibility: 'private' | 'public') =>
    chats.decide(caller, { chatId }, change(caller, { visibility, at: later(3000) }))()
  const roles = async (chatId: ChatId, caller: Caller = ANYBODY) =>
    right(await chats.members(caller, chatId, { limit: 100 })()).entries.map(({ userId, role }) => [userId, role])
  const revisionOf = async (chatId: ChatId) =>
    right(await chats.messages(ANYBODY, chatId, { limit: 1 })()).chat.revision

  describe('members', () => {
    it('are there from the start, at revision 0, the opener as owner', async () => {
      const chatId = await withBob('reader')
      expect(await roles(chatId)).to.deep.equal([
        ['alice', 'owner'],
        ['bob', 'reader'],
      ])
      expect(right(await chats.findMember(BOB, chatId, BOB.id)())).to.deep.equal({
        chatId,
        userId: 'bob',
        role: 'reader',
        joinedAt: NOON,
        revision: 0,
        readMessageId: 0,
      })
      expect(await revisionOf(chatId)).to.equal(0)
      expect(right(await chats.list(BOB, { limit: 10 })()).entries.map(({ id }) => id)).to.deep.equal([chatId])
    })

    it('come, change and go, each change a revision of its chat', async () => {
      const chatId = await opened(ALICE)
      const joined = right(await put(ALICE, chatId, BOB.id, 'member'))
      expect(joined).to.containSubset({ isNew: true, member: { joinedAt: later(1000), revision: 1 } })
      right(await send(BOB, chatId))
      expect(right(await put(ALICE, chatId, BOB.id, 'moderator', later(1500)))).to.containSubset({
        isNew: false,
        member: { role: 'moderator', joinedAt: later(1000), revision: 3 },
      })
      expect(right(await put(ALICE, chatId, BOB.id, 'moderator')).member.revision, 'the same again').to.equal(3)
      right(await remove(ALICE, chatId, BOB.id))
      expect(await revisionOf(chatId)).to.equal(4)
      expect(await roles(chatId)).to.deep.equal([['alice', 'owner']])
      expect(left(await chats.findMember(ALICE, chatId, BOB.id)())).to.include({
        kind: 'MemberNotFound',
        userId: 'bob',
      })
      expect(left(await remove(ALICE, chatId, BOB.id))).to.include({ kind: 'MemberNotFound', userId: 'bob' })
      expect(left(await send(BOB, chatId))).to.deep.equal({ kind: 'ChatNotFound', chatId })
      expect(right(await put(ALICE, chatId, BOB.id, 'reader', later(2500)))).to.containSubset({
        isNew: true,
        member: { joinedAt: later(2500), revision: 5 },
      })
      expect(left(await send(BOB, chatId))).to.include({ kind: 'Forbidden' })
    })

    it('are refused without a trace', async () => {
      const chatId = await withBob()
      for (const refused of [
        await put(BOB, chatId, CAROL.id, 'member'),
        await put(BOB, chatId, BOB.id, 'owner'),
        await remove(BOB, chatId, ALICE.id),
        await show(BOB, chatId, 'public'),
        await chats.decide(BOB, { chatId }, close(BOB, undefined))(),
      ])
        expect(left(refused as E.Either<{ kind: string }, unknown>)).to.include({ kind: 'Forbidden' })
      expect(left(await remove(ALICE, chatId, ALICE.id))).to.deep.equal({ kind: 'LastOwner' })
      expect(await revisionOf(chatId)).to.equal(0)
      expect(await roles(chatId)).to.have.length(2)
    })

    it('page by user id, byte by byte', async () => {
      const names = ['B', 'a', 'a~', 'b', '~', '!', 'Z', 'aa'] as UserId[]
      const chatId = await opened(ANYBODY, { members: names.map((userId) => ({ userId, role: 'member' })) })
      right(await remove(ANYBODY, chatId, 'b' as UserId))
      const sorted = names.filter((name) => name !== 'b').sort()
      const found: UserId[] = []
      for (let after: UserId | undefined, more = true; more; after = found.at(-1)) {
        const page = right(await chats.members(ANYBODY, chatId, { limit: 2, after })())
        found.push(...page.entries.map(({ userId }) => userId))
        more = page.more
      }
      expect(found).to.deep.equal(sorted)
      const beyond = right(await chats.members(ANYBODY, chatId, { limit: 2, after: 'aaa' as UserId })()).entries
      expect(beyond.map(({ userId }) => userId)).to.deep.equal(['a~', '~'])
    })

    it('join a public chat and leave it, and strangers read and write there', async () => {
      const chatId = await opened(ALICE, { visibility: 'public' })
      right(await send(BOB, chatId))
      expect(await roles(chatId, BOB)).to.deep.equal([['alice', 'owner']])
      expect(left(await put(BOB, chatId, BOB.id, 'moderator'))).to.include({ kind: 'Forbidden' })
      expect(right(await put(BOB, chatId, BOB.id, 'member')).isNew).to.equal(true)
      right(await remove(BOB, chatId, BOB.id))
      right(await send(BOB, chatId))
      right(await show(ALICE, chatId, 'private'))
      expect(left(await send(BOB, chatId))).to.deep.equal({ kind: 'ChatNotFound', chatId })
      right(await show(ALICE, chatId, 'public'))
      right(await send(BOB, chatId))
    })

    it('who were removed by another are kept out of a public chat until another adds them', async () => {
      const chatId = await opened(ALICE, { visibility: 'public', members: [{ userId: BOB.id, role: 'member' }] })
      const listed = async (caller: Caller) =>
        right(await chats.list(caller, { limit: 10 }, 'public')()).entries.map(({ id }) => id)
      expect(await listed(BOB)).to.deep.equal([chatId])
      right(await remove(ALICE, chatId, BOB.id))
      for (const answer of [await send(BOB, chatId), await put(BOB, chatId, BOB.id, 'member')])
        expect(left(answer as E.Either<unknown, unknown>)).to.deep.equal({ kind: 'ChatNotFound', chatId })
      expect([await listed(BOB), await listed(CAROL), await listed(ANYBODY)]).to.deep.equal([[], [chatId], [chatId]])
      expect(right(await chats.list(BOB, { limit: 10 })()).entries).to.deep.equal([])
      right(await put(ANYBODY, chatId, BOB.id, 'member'))
      right(await send(BOB, chatId))
      expect(await listed(BOB)).to.deep.equal([chatId])
    })

    it('of public chats are listed apart from their own', async () => {
      const [own, open] = [await opened(ALICE), await opened(BOB, { visibility: 'public' })]
      const ids = async (caller: Caller, visibility?: 'public') =>
        right(await chats.list(caller, { limit: 10 }, visibility)()).entries.map(({ id }) => id)
      expect(await ids(ALICE)).to.deep.equal([own])
      expect(await ids(ALICE, 'public')).to.deep.equal([open])
      expect(await ids(BOB)).to.deep.equal([open])
      expect(await ids(ANYBODY)).to.deep.equal([open, own])
    })

    it('have what they did under a key told for as long as they see the chat, also when they might not do it now', async () => {
      const chatId = await withBob()
      const intent = anIntent(BOB)
      const again = () => chats.decide(BOB, { chatId, intent }, post(BOB, { text: aText() }, NOON, intent))()
      const { message } = right(await again())
      right(await put(ALICE, chatId, BOB.id, 'reader'))
      expect(right(await again())).to.deep.include({ message, replayed: true })
      right(await remove(ALICE, chatId, BOB.id))
      expect(left(await again())).to.deep.equal({ kind: 'ChatNotFound', chatId })
      const opening = anIntent(CAROL)
      const own = right(await chats.add(CAROL, aNewChat(), opening)()).done.id
      right(await put(ANYBODY, own, CAROL.id, 'reader'))
      expect(right(await chats.add(CAROL, aNewChat(), opening)()).done.id).to.equal(own)
      right(await remove(ANYBODY, own, CAROL.id))
      expect(left(await chats.add(CAROL, aNewChat(), opening)())).to.deep.equal({ kind: 'ChatNotFound', chatId: own })
    })

    it('who go while others send are heard no more once their removal was answered', async () => {
      const chatId = await withBob()
      let isGone = false
      const late: unknown[] = []
      const sending = upTo(8).map(async () => {
        for (let n = 0; n < 20; n++) {
          const began = isGone
          const answer = await send(BOB, chatId)
          if (E.isRight(answer) && began) late.push(answer.right)
        }
      })
      right(await remove(ALICE, chatId, BOB.id))
      isGone = true
      await Promise.all(sending)
      expect(late).to.deep.equal([])
    })

    it('leave one owner when two leave at once', async () => {
      for (const _ of upTo(5)) {
        const chatId = await opened(ALICE, {
          members: [
            { userId: BOB.id, role: 'owner' },
            { userId: CAROL.id, role: 'member' },
          ],
        })
        const answers = await Promise.all([ALICE, BOB].map((owner) => remove(owner, chatId, owner.id)))
        expect(answers.filter(E.isRight)).to.have.length(1)
        expect(answers.filter(E.isLeft).map(left)).to.deep.equal([{ kind: 'LastOwner' }])
      }
    })

    it('go with their chat', async () => {
      const chatId = await withBob()
      right(await chats.decide(ALICE, { chatId }, close(ALICE, undefined))())
      for (const caller of [ALICE, BOB])
        expect(right(await chats.list(caller, { limit: 1 })()).entries).to.deep.equal([])
      expect(left(await chats.members(ANYBODY, chatId, { limit: 1 })())).to.deep.equal({ kind: 'ChatNotFound', chatId })
    })
  })

  describe('the journal of members', () => {
    const since = async (chatId: ChatId, after: number, limit = 100) => {
      const { messages, members, more } = right(await journal.since(chatId, after as Revision, limit)())
      const told = [
        ...messages.map(({ id, revision }) => ({ revision, what: `message ${id}` })),
        ...members.map((member) => ({
          revision: member.revision,
          what: `${member.userId}${isFormer(member) ? ' gone' : ''}`,
        })),
      ].sort((a, b) => a.revision - b.revision)
      return [told.map(({ revision, what }) => `${revision} ${what}`), more]
    }

    it('tells them among the messages, cut at one revision', async () => {
      const chatId = await opened(ALICE)
      right(await put(ALICE, chatId, BOB.id, 'member'))
      right(await send(BOB, chatId))
      right(await put(ALICE, chatId, CAROL.id, 'reader'))
      right(await send(ALICE, chatId))
      right(await remove(ALICE, chatId, BOB.id))
      expect(await since(chatId, 0)).to.deep.equal([['2 message 1', '3 carol', '4 message 2', '5 bob gone'], false])
      expect(await since(chatId, 0, 2)).to.deep.equal([['2 message 1', '3 carol'], true])
      expect(await since(chatId, 3, 2)).to.deep.equal([['4 message 2', '5 bob gone'], false])
      expect(await since(chatId, 5)).to.deep.equal([[], false])
    })

    it('says who left and who was removed, by whom', async () => {
      const chatId = await opened(ALICE, {
        members: [BOB, CAROL].map(({ id: userId }) => ({ userId, role: 'member' })),
      })
      right(await remove(BOB, chatId, BOB.id))
      right(await remove(ANYBODY, chatId, CAROL.id))
      const { members } = right(await journal.since(chatId, 0 as Revision, 10)())
      expect(members).to.containSubset([
        { userId: 'bob', role: 'member', removedAt: later(2000), removedBy: 'bob', revision: 1 },
        { userId: 'carol', removedBy: null, revision: 2 },
      ])
    })

    it('shows each caller its own sight, and no chat that it may not see', async () => {
      const [own, open] = [await withBob('reader'), await opened(CAROL, { visibility: 'public' })]
      const seen = async (caller: Caller) =>
        [...right(await journal.sights(caller, [own, open, 99_999 as ChatId])())].map(([id, { chat, membership }]) => [
          id,
          chat.visibility,
          membership?.role,
        ])
      expect(await seen(BOB)).to.deep.equal([
        [own, 'private', 'reader'],
        [open, 'public', undefined],
      ])
      expect(await seen(aUser('dave'))).to.deep.equal([[open, 'public', undefined]])
      expect(await seen(ANYBODY)).to.have.length(2)
      expect(userOf(BOB)).to.equal('bob')
    })
  })
}
