import { expect } from 'chai'
import type * as E from 'fp-ts/lib/Either.js'
import type { Chats } from '../../src/application/ports/chats.ts'
import { ANYBODY, userOf, type Caller, SCOPES } from '../../src/domain/caller.ts'
import { change } from '../../src/domain/chat/chat-decisions.ts'
import { erase, post } from '../../src/domain/chat/message-decisions.ts'
import type { ChatId, MessageId } from '../../src/domain/identity.ts'
import { type Intent, keptKeyOf } from '../../src/domain/intent.ts'
import { aMessageId, aNewChat, anIntent, aText, aTitle, aUser, left, NOON, right } from '../fixtures.ts'

const [ALICE, BOB] = [aUser('alice'), aUser('bob')]

const limitedTo = (...chatIds: readonly ChatId[]): Caller => ({ kind: 'service', grant: { scopes: SCOPES, chatIds } })
const actingIn = (chatId: ChatId): Caller => ({ ...ALICE, grant: { scopes: SCOPES, chatIds: [chatId] } })

/** One intent as somebody else has it, who happened to think of the same key. */
const ofCaller = (caller: Caller, intent: Intent): Intent => ({ ...intent, keptKey: keptKeyOf(caller, intent.key) })

/** What every `Chats` owes to who asks. */
export const callersContract = (open: () => Promise<Chats>) => {
  let chats: Chats

  beforeEach(async () => {
    chats = await open()
  })

  const opened = async (caller: Caller, intent?: Intent) => right(await chats.add(caller, aNewChat(), intent)()).done.id
  const send = (caller: Caller, chatId: ChatId, intent?: Intent) =>
    chats.decide(caller, { chatId, intent }, post(caller, { text: aText() }, NOON, intent))()
  const listed = async (caller: Caller, selection = { limit: 10 }) =>
    right(await chats.list(caller, selection)()).entries.map(({ id }) => id)

  const everything = (
    caller: Caller,
    chatId: ChatId,
    messageId: MessageId,
  ): readonly Promise<E.Either<unknown, unknown>>[] => [
    send(caller, chatId),
    send(caller, chatId, anIntent(caller)),
    chats.decide(caller, { chatId }, change(caller, { title: aTitle('Mine'), at: NOON }))(),
    chats.decide(caller, { chatId, messageId }, erase(caller, { messageId, at: NOON }))(),
    chats.messages(caller, chatId, { limit: 1 })(),
    chats.findMessage(caller, chatId, messageId)(),
  ]

  describe('callers', () => {
    it('see the chats that they opened, and services see all', async () => {
      const [ours, theirs, nobodys] = [await opened(ALICE), await opened(BOB), await opened(ANYBODY)]
      expect(await listed(ALICE)).to.deep.equal([ours])
      expect(await listed(ANYBODY)).to.deep.equal([nobodys, theirs, ours])
      const mine = [ours, await opened(ALICE), await opened(ALICE)]
      expect(await listed(ALICE)).to.deep.equal(mine.toReversed())
      expect(right(await chats.list(ALICE, { limit: 1, before: mine[1]! })())).to.deep.include({ more: false })
      expect(right(await chats.list(ALICE, { limit: 1, after: ours })()).entries[0]?.id).to.equal(mine[1])
    })

    it('are told of a chat that they may not see what they are told of one that is not there, whatever they ask', async () => {
      const chatId = await opened(ALICE)
      const { message } = right(await send(ALICE, chatId))
      const before = right(await chats.messages(ALICE, chatId, { limit: 10 })())
      for (const stranger of [BOB, limitedTo((chatId + 1) as ChatId), actingIn((chatId + 1) as ChatId)])
        for (const answer of await Promise.all(everything(stranger, chatId, message.id)))
          expect(left(answer)).to.deep.equal({ kind: 'ChatNotFound', chatId })
      expect(right(await chats.messages(ALICE, chatId, { limit: 10 })())).to.deep.equal(before)
      expect(right(await chats.messages(ANYBODY, chatId, { limit: 10 })())).to.deep.equal(before)
    })

    it('are told apart when they ask at once', async () => {
      const [ours, theirs] = [await opened(ALICE), await opened(BOB)]
      right(await send(ALICE, ours))
      right(await send(BOB, theirs))
      const asked = [ALICE, BOB, ANYBODY].flatMap((caller) => [ours, theirs].map((id) => ({ caller, id })))
      const pages = await Promise.all(asked.map(({ caller, id }) => chats.messages(caller, id, { limit: 1 })()))
      const messages = await Promise.all(asked.map(({ caller, id }) => chats.findMessage(caller, id, aMessageId())()))
      const tags = (answers: readonly { readonly _tag: string }[]) => answers.map(({ _tag }) => _tag)
      for (const answers of [pages, messages])
        expect(tags(answers)).to.deep.equal(['Right', 'Left', 'Left', 'Right', 'Right', 'Right'])
    })

    it('keep to the chats that their key is limited to', async () => {
      const [one, other] = [await opened(ALICE), await opened(ALICE)]
      for (const caller of [limitedTo(one), actingIn(one)]) {
        expect(await listed(caller)).to.deep.equal([one])
        right(await send(caller, one))
        expect(left(await send(caller, other))).to.deep.equal({ kind: 'ChatNotFound', chatId: other })
      }
    })

    it('are the authors of what they send, also once it is deleted; for nobody, a service is none', async () => {
      const chatId = await opened(ALICE)
      for (const caller of [ALICE, ANYBODY, actingIn(chatId)]) {
        const { message } = right(await send(caller, chatId))
        expect(message.author).to.equal(userOf(caller))
        expect(right(await chats.findMessage(ALICE, chatId, message.id)()).author).to.equal(userOf(caller))
      }
      const messageId = aMessageId(1)
      const erased = right(await chats.decide(ALICE, { chatId, messageId }, erase(ALICE, { messageId, at: NOON }))())
      expect(erased.message?.author).to.equal('alice')
    })

    it('have their keys for themselves; services share theirs', async () => {
      const intent = anIntent()
      const chatId = await opened(ALICE)
      const numbers = []
      for (const caller of [ALICE, ANYBODY, actingIn(chatId), limitedTo(chatId)]) {
        const { message, replayed } = right(await send(caller, chatId, ofCaller(caller, intent)))
        numbers.push([message.id, message.author, replayed])
      }
      expect(numbers).to.deep.equal([
        [1, 'alice', false],
        [2, null, false],
        [1, 'alice', true],
        [2, null, true],
      ])
      const ids = []
      for (const caller of [ALICE, BOB, ANYBODY, ALICE]) ids.push(await opened(caller, ofCaller(caller, intent)))
      expect([new Set(ids).size, ids[3]]).to.deep.equal([3, ids[0]])
      expect(await listed(ALICE)).to.deep.equal([ids[0], chatId])
    })

    it('leave nothing behind in a chat that is deleted', async () => {
      const chatId = await opened(ALICE)
      right(await chats.decide(ALICE, { chatId }, () => ({ _tag: 'Right', right: { chat: undefined } }))())
      expect(await listed(ALICE)).to.deep.equal([])
      expect(left(await send(ALICE, chatId))).to.deep.equal({ kind: 'ChatNotFound', chatId })
    })
  })
}
