import { expect } from 'chai'
import type { Chats } from '../../src/application/ports/chats.ts'
import type { Journal } from '../../src/application/ports/journal.ts'
import type { Reactions } from '../../src/application/ports/reactions.ts'
import { ANYBODY, type Caller, type User } from '../../src/domain/caller.ts'
import { isTombstone } from '../../src/domain/chat/message.ts'
import { edit, erase, post } from '../../src/domain/chat/message-decisions.ts'
import { MOST_REACTIONS, type Reaction } from '../../src/domain/chat/reaction.ts'
import { react, unreact } from '../../src/domain/chat/reaction-decisions.ts'
import { appoint, dismiss } from '../../src/domain/chat/member-decisions.ts'
import type { ChatId, MessageId, Revision } from '../../src/domain/identity.ts'
import { aMessageId, aNewChat, anIntent, aText, aUser, later, left, NOON, right, upTo } from '../fixtures.ts'

const [ALICE, BOB, CAROL] = [aUser('alice'), aUser('bob'), aUser('carol')]
const HEART = '❤' as Reaction
const CAKE = '🎂' as Reaction

interface Opened {
  readonly chats: Chats
  readonly journal: Journal
  readonly reactions: Reactions
}

/** What every storage owes to reactions. */
export const reactionsContract = (open: () => Promise<Opened>) => {
  let chats: Chats
  let journal: Journal
  let reactions: Reactions
  let chatId: ChatId
  const first = aMessageId(1)

  beforeEach(async () => {
    ;({ chats, journal, reactions } = await open())
    chatId = right(
      await chats.add(ALICE, {
        ...aNewChat(),
        members: [BOB, CAROL].map(({ id: userId }) => ({ userId, role: 'member' })),
      })(),
    ).done.id
    await send(ALICE, 'hello')
  })

  const send = async (caller: Caller, text: string) =>
    right(await chats.decide(caller, { chatId }, post(caller, { text: aText(text) }, NOON))()).message
  const add = (caller: Caller, reaction: Reaction, messageId = first, at = later(1000)) =>
    chats.decide(caller, { chatId, messageId, reaction }, react(caller, { messageId, reaction, at }))()
  const take = (caller: Caller, reaction: Reaction, messageId = first) =>
    chats.decide(caller, { chatId, messageId, reaction }, unreact(caller, { messageId, reaction, at: later(2000) }))()
  const eraseFirst = () =>
    chats.decide(ALICE, { chatId, messageId: first }, erase(ALICE, { messageId: first, at: later(3000) }))()
  const countsOf = async (messageId = first) =>
    right(await chats.findMessage(ALICE, chatId, messageId)()).reactions.map(({ reaction, count }) => [reaction, count])
  const usersOf = async (reaction: Reaction, selection: { limit: number; after?: User['id'] } = { limit: 100 }) =>
    right(await reactions.users(ALICE, chatId, first, reaction, selection)())
  const joining = ({ id: userId }: User) => appoint(ALICE, { userId, role: 'member', at: NOON })
  const revisionOf = async () => right(await journal.revisions([chatId])()).get(chatId)

  describe('reactions', () => {
    it('are counted in the message, the first used first, each user once, and each change is a revision', async () => {
      right(await add(BOB, HEART))
      right(await add(ALICE, CAKE))
      const again = right(await add(BOB, HEART))
      right(await add(CAROL, HEART))
      expect(again.chat.revision).to.equal(3)
      expect(await countsOf()).to.deep.equal([
        [HEART, 2],
        [CAKE, 1],
      ])
      expect(await revisionOf()).to.equal(4)
      expect((await usersOf(HEART)).entries).to.deep.equal(['bob', 'carol'])
      const { entries } = right(await chats.messages(BOB, chatId, { limit: 10 })())
      expect(entries[0]).to.deep.include({ revision: 4, editedAt: null, text: 'hello' })
    })

    it('are told as the message is now, in the place of what was told of it', async () => {
      right(await add(BOB, HEART))
      const told = right(await journal.since(chatId, 1 as Revision, 100)()).messages
      expect(told).to.have.length(1)
      const [message] = told
      expect(message && !isTombstone(message) && message.reactions).to.deep.equal([{ reaction: HEART, count: 1 }])
    })

    it('are taken back by who reacted, and by nobody twice', async () => {
      right(await add(BOB, HEART))
      right(await add(CAROL, HEART))
      right(await take(BOB, HEART))
      expect(await countsOf()).to.deep.equal([[HEART, 1]])
      expect(left(await take(BOB, HEART))).to.deep.include({ kind: 'ReactionNotFound', reaction: HEART })
      right(await take(CAROL, HEART))
      expect(await countsOf()).to.deep.equal([])
      expect(await usersOf(HEART)).to.deep.equal({ entries: [], more: false })
      expect(await revisionOf()).to.equal(5)
    })

    it('are at most twenty different ones to a message', async () => {
      for (const n of upTo(MOST_REACTIONS)) right(await add(BOB, `r${n}` as Reaction))
      expect(left(await add(CAROL, HEART))).to.deep.equal({ kind: 'TooManyReactions', limit: MOST_REACTIONS })
      right(await add(CAROL, 'r7' as Reaction))
      right(await take(BOB, 'r1' as Reaction))
      right(await add(CAROL, HEART))
      expect((await countsOf()).at(-1)).to.deep.equal([HEART, 1])
    })

    it('are users’ own: a service reacts for nobody, and to a message that is gone nobody does', async () => {
      expect(left(await add(ANYBODY, HEART)).kind).to.equal('Forbidden')
      expect(left(await add(BOB, HEART, 9 as MessageId)).kind).to.equal('MessageNotFound')
      expect(left(await add(aUser('mallory'), HEART)).kind).to.equal('ChatNotFound')
      expect(await revisionOf()).to.equal(1)
    })

    it('stay when the text is changed, go with the message, and outlast membership', async () => {
      right(await add(BOB, HEART))
      right(
        await chats.decide(
          ALICE,
          { chatId, messageId: first },
          edit(ALICE, { messageId: first, text: aText('new'), at: later(1500) }),
        )(),
      )
      expect(await countsOf()).to.deep.equal([[HEART, 1]])
      right(
        await chats.decide(ALICE, { chatId, target: BOB.id }, dismiss(ALICE, { userId: BOB.id, at: later(1600) }))(),
      )
      expect(await countsOf()).to.deep.equal([[HEART, 1]])
      right(await eraseFirst())
      expect(left(await reactions.users(ALICE, chatId, first, HEART, { limit: 10 })()).kind).to.equal('MessageNotFound')
      expect(right(await reactions.ofUser(ANYBODY, chatId, BOB.id, { limit: 10 })()).entries).to.deep.equal([])
    })

    it('are paged by user id, byte by byte', async () => {
      const users = ['a', 'B', 'b', '~', '0'].map(aUser)
      for (const user of users) right(await chats.decide(ALICE, { chatId, target: user.id }, joining(user))())
      for (const user of users) right(await add(user, HEART))
      const page = await usersOf(HEART, { limit: 3 })
      expect(page).to.deep.equal({ entries: ['0', 'B', 'a'], more: true })
      expect(await usersOf(HEART, { limit: 3, after: 'a' as User['id'] })).to.deep.equal({
        entries: ['b', '~'],
        more: false,
      })
    })

    it('of one user are found by message, newest first, and not parted', async () => {
      for (const n of upTo(3)) await send(ALICE, `message ${n}`)
      for (const id of [1, 2, 4]) right(await add(BOB, HEART, aMessageId(id)))
      right(await add(BOB, CAKE, aMessageId(2)))
      right(await add(CAROL, CAKE, aMessageId(3)))
      const own = async (selection: object) =>
        right(await reactions.ofUser(BOB, chatId, BOB.id, { limit: 100, ...selection })())
      const told = ({ entries, more }: Awaited<ReturnType<typeof own>>) => [
        entries.map(({ messageId, reaction }) => `${messageId} ${reaction}`).join(', '),
        more,
      ]
      expect(told(await own({}))).to.deep.equal([`4 ${HEART}, 2 ${HEART}, 2 ${CAKE}, 1 ${HEART}`, false])
      expect(told(await own({ limit: 2 }))).to.deep.equal([`4 ${HEART}, 2 ${HEART}, 2 ${CAKE}`, true])
      expect(told(await own({ before: 4, after: 1 }))).to.deep.equal([`2 ${HEART}, 2 ${CAKE}`, false])
      expect(left(await reactions.ofUser(aUser('mallory'), chatId, BOB.id, { limit: 1 })()).kind).to.equal(
        'ChatNotFound',
      )
    })

    it('of fifty users at once, each asked for twice, are counted exactly', async () => {
      const users = upTo(50).map((n) => aUser(`user-${String(n).padStart(2, '0')}`))
      for (const user of users) right(await chats.decide(ALICE, { chatId, target: user.id }, joining(user))())
      const before = Number(await revisionOf())
      await Promise.all([...users, ...users].map(async (user) => right(await add(user, HEART))))
      expect(await countsOf()).to.deep.equal([[HEART, 50]])
      expect(await revisionOf()).to.equal(before + 50)
      const page = await usersOf(HEART)
      expect(page.entries).to.deep.equal(users.map(({ id }) => id))
      await Promise.all(users.slice(0, 25).flatMap((user) => [take(user, HEART), take(user, HEART)]))
      expect(await countsOf()).to.deep.equal([[HEART, 25]])
      expect((await usersOf(HEART)).entries).to.have.length(25)
    })

    it('and what else becomes of a message at the same time, agree', async () => {
      for (const round of upTo(10)) {
        const { id: messageId } = await send(ALICE, `round ${round}`)
        await Promise.all([
          add(BOB, HEART, messageId),
          chats.decide(ALICE, { chatId, messageId }, edit(ALICE, { messageId, text: aText('other'), at: later(1) }))(),
          add(CAROL, HEART, messageId),
          take(BOB, HEART, messageId),
          chats.decide(ALICE, { chatId, messageId }, erase(ALICE, { messageId, at: later(2) }))(),
          add(ALICE, CAKE, messageId),
        ])
        expect(left(await chats.findMessage(ALICE, chatId, messageId)()).kind).to.equal('MessageNotFound')
        expect(right(await reactions.ofUser(CAROL, chatId, CAROL.id, { limit: 100 })()).entries).to.deep.equal([])
      }
    })
  })

  describe('replies', () => {
    const reply = (replyTo: number, caller: Caller = BOB) =>
      chats.decide(
        caller,
        { chatId, replyTo: aMessageId(replyTo) },
        post(caller, { text: aText(`to ${replyTo}`), replyTo: aMessageId(replyTo) }, NOON),
      )()

    it('say what they answer, and are paged by it', async () => {
      await send(ALICE, 'second')
      for (const to of [1, 2, 1, 1]) expect(right(await reply(to)).message.replyTo).to.equal(to)
      const answers = async (selection: object) =>
        right(await chats.messages(BOB, chatId, { limit: 10, replyTo: first, ...selection })()).entries.map(
          ({ id }) => id,
        )
      expect(await answers({})).to.deep.equal([6, 5, 3])
      expect(await answers({ limit: 1, before: 6 })).to.deep.equal([5])
      expect(await answers({ after: 3 })).to.deep.equal([6, 5])
      expect(await answers({ replyTo: aMessageId(9) })).to.deep.equal([])
    })

    it('are refused where there is no message, or none any more, and nothing is sent', async () => {
      expect(left(await reply(2))).to.deep.equal({ kind: 'ReplyToNotFound', messageId: 2 })
      right(await eraseFirst())
      expect(left(await reply(1))).to.deep.equal({ kind: 'ReplyToNotFound', messageId: 1 })
      expect(await revisionOf()).to.equal(2)
    })

    it('stay when what they answer goes, and still say it as tombstones', async () => {
      const { id: messageId } = right(await reply(1)).message
      right(await eraseFirst())
      expect(right(await chats.findMessage(BOB, chatId, messageId)()).replyTo).to.equal(1)
      right(await chats.decide(BOB, { chatId, messageId }, erase(BOB, { messageId, at: later(4000) }))())
      const told = right(await journal.since(chatId, 0 as Revision, 10)()).messages.at(-1)
      expect(told).to.deep.include({ id: 2, replyTo: 1 })
    })

    it('to a message that is sent, answered and deleted at the same time never answer one that was gone', async () => {
      for (const round of upTo(10)) {
        const { id: messageId } = await send(ALICE, `round ${round}`)
        const at = await Promise.all([
          reply(messageId),
          chats.decide(ALICE, { chatId, messageId }, erase(ALICE, { messageId, at: later(1) }))(),
          reply(messageId),
        ])
        const erasedAt = right(at[1]).chat?.revision ?? 0
        for (const sent of [at[0], at[2]])
          if (sent._tag === 'Right') expect(sent.right.message.revision).to.be.lessThan(erasedAt)
      }
    })

    it('are done once, with what else they say', async () => {
      const intent = anIntent(BOB)
      const draft = { text: aText('once'), replyTo: first, metadata: { order: 4711 } as never }
      const ask = () => chats.decide(BOB, { chatId, intent, replyTo: first }, post(BOB, draft, NOON, intent))()
      const sent = right(await ask())
      expect(sent.message).to.deep.include({ replyTo: 1, metadata: { order: 4711 } })
      right(await eraseFirst())
      const again = right(await ask())
      expect(again).to.deep.include({ replayed: true })
      expect(again.message).to.deep.equal(sent.message)
    })
  })
}
