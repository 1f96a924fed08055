import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { ANYBODY } from '../../src/domain/caller.ts'
import type { Chats } from '../../src/application/ports/chats.ts'
import type { MessageSelection } from '../../src/application/ports/page.ts'
import { ChatTitle, open as openChat } from '../../src/domain/chat/chat.ts'
import type { ChatId } from '../../src/domain/identity.ts'
import type { Intent } from '../../src/domain/intent.ts'
import {
  editMessage,
  eraseMessage,
  failing,
  findChat,
  refuse,
  refusing,
  removeChat,
  renameChat,
  send,
} from '../changes.ts'
import { callersContract } from './callers.contract.ts'
import { aChatId, aMessageId, anIntent, aNewChat, aPosition, later, left, NOON, right, upTo } from '../fixtures.ts'

const MISSING = aChatId(99_999)

/** What a message is that says no more than its text. */
const PLAIN = { author: null, replyTo: null, metadata: {}, reactions: [], editedAt: null }

/** What every `Chats` must do. Each adapter calls this once; extra cases of one adapter stay in its own file. */
export const chatsContract = (open: () => Promise<Chats>) => {
  let chats: Chats

  beforeEach(async () => {
    chats = await open()
  })

  const kept = async (title?: string) => right(await chats.add(ANYBODY, aNewChat(title))()).done
  const posted = async (id: ChatId, text?: string, at?: Date) => right(await send(chats, id, text, at))
  const several = async (id: ChatId, count: number) => {
    for (let n = 1; n <= count; n++) await posted(id, `message ${n}`)
  }
  const erased = async (id: ChatId, number: number, at?: Date) => right(await eraseMessage(chats, id, number, at))
  const numbers = async (id: ChatId, selection: MessageSelection) =>
    right(await chats.messages(ANYBODY, id, selection)()).entries.map((message) => message.id as number)

  callersContract(open)

  describe('adding and finding', () => {
    it('gives each chat an identity of its own and finds it as it was added', async () => {
      const [one, two] = [await kept('one'), await kept('two')]
      expect(one.id).to.not.equal(two.id)
      expect(one).to.deep.equal(openChat(aNewChat('one'))(one.id))
      expect(right(await findChat(chats, one.id))).to.deep.equal(one)
    })

    it('says which chat there is not, whatever is asked of it', async () => {
      const missing = { kind: 'ChatNotFound', chatId: MISSING }
      expect(left(await findChat(chats, MISSING))).to.deep.equal(missing)
      expect(left(await chats.messages(ANYBODY, MISSING, { limit: 1 })())).to.deep.equal(missing)
      expect(left(await chats.findMessage(ANYBODY, MISSING, aMessageId())())).to.deep.equal(missing)
      expect(left(await send(chats, MISSING))).to.deep.equal(missing)
      expect(left(await editMessage(chats, MISSING, 1, 'x'))).to.deep.equal(missing)
      expect(left(await removeChat(chats, MISSING))).to.deep.equal(missing)
    })

    it('serves the greatest identities there can be', async () => {
      const greatest = aChatId(Number.MAX_SAFE_INTEGER)
      expect(left(await findChat(chats, greatest))).to.deep.equal({ kind: 'ChatNotFound', chatId: greatest })
      const { id } = await kept()
      const messageId = aMessageId(Number.MAX_SAFE_INTEGER)
      expect(left(await chats.findMessage(ANYBODY, id, messageId)())).to.deep.equal({
        kind: 'MessageNotFound',
        chatId: id,
        messageId,
      })
      expect(await numbers(id, { limit: 100, before: messageId, after: aPosition(Number.MAX_SAFE_INTEGER) })).to.be
        .empty
    })

    it('keeps titles and texts to the letter, up to their limits', async () => {
      const title = '𝄞'.repeat(ChatTitle.LIMIT)
      const text = `👩‍👩‍👧‍👦\r\n\t"\\ {} ' ; $1 é e\u0301 \u202e \uffff ${'𝄞'.repeat(4000)}`
      const { id } = await kept(title)
      await posted(id, text)
      const page = right(await chats.messages(ANYBODY, id, { limit: 1 })())
      expect(page.chat.title).to.equal(title)
      expect(page.entries[0]?.text).to.equal(text)
    })
  })

  describe('listing chats', () => {
    it('shows the newest first, and pages from a cursor in both directions', async () => {
      const ids: number[] = []
      for (let n = 1; n <= 5; n++) ids.push((await kept(`chat ${n}`)).id)
      const [a = 0, b = 0, c = 0, d = 0, e = 0] = ids
      const listed = async (selection: object) => {
        const page = right(await chats.list(ANYBODY, selection as never)())
        return { ids: page.entries.map((chat) => chat.id as number), more: page.more }
      }
      expect(await listed({ limit: 2 })).to.deep.equal({ ids: [e, d], more: true })
      expect(await listed({ limit: 2, before: d })).to.deep.equal({ ids: [c, b], more: true })
      expect(await listed({ limit: 2, before: b })).to.deep.equal({ ids: [a], more: false })
      expect(await listed({ limit: 2, after: a })).to.deep.equal({ ids: [c, b], more: true })
      expect(await listed({ limit: 2, after: c })).to.deep.equal({ ids: [e, d], more: false })
      expect(await listed({ limit: 2, after: a, before: e })).to.deep.equal({ ids: [d, c], more: true })
      expect(await listed({ limit: 2, after: a, before: e, from: 'oldest' })).to.deep.equal({ ids: [c, b], more: true })
      expect(await listed({ limit: 2, from: 'oldest' })).to.deep.equal({ ids: [b, a], more: true })
      expect(await listed({ limit: 2, after: a, from: 'newest' })).to.deep.equal({ ids: [e, d], more: true })
    })

    it('leaves both bounds out, whichever end is read first', async () => {
      const ids: number[] = []
      for (let n = 1; n <= 4; n++) ids.push((await kept(`chat ${n}`)).id)
      for (const from of [undefined, 'newest', 'oldest'])
        for (const [low, after] of ids.entries())
          for (const [high, before] of ids.entries()) {
            const page = right(await chats.list(ANYBODY, { limit: 10, after, before, from } as never)())
            const between = ids.slice(low + 1, high).toReversed()
            expect(page.entries.map(({ id }) => id as number)).to.deep.equal(between)
            expect(page.more).to.equal(false)
          }
    })

    it('leaves out what was removed', async () => {
      const [gone, stays] = [await kept('gone'), await kept('stays')]
      right(await removeChat(chats, gone.id))
      expect(right(await chats.list(ANYBODY, { limit: 100 })()).entries).to.deep.equal([stays])
    })
  })

  describe('changing', () => {
    it('numbers messages and changes from one, without gaps', async () => {
      const { id } = await kept()
      await posted(id, 'one', later(1))
      await posted(id, 'two', later(2))
      const { chat, entries } = right(await chats.messages(ANYBODY, id, { limit: 10 })())
      expect(chat).to.include({ lastMessageId: 2, revision: 2, changedAtRevision: 0 })
      expect(chat.updatedAt).to.deep.equal(later(2))
      expect(entries).to.deep.equal([
        { ...PLAIN, chatId: id, id: 2, text: 'two', createdAt: later(2), revision: 2 },
        { ...PLAIN, chatId: id, id: 1, text: 'one', createdAt: later(1), revision: 1 },
      ])
    })

    it('numbers messages without gap or double when they arrive together', async () => {
      const { id } = await kept()
      const answers = await Promise.all(Array.from({ length: 40 }, (_, n) => posted(id, `message ${n}`)))
      const expected = Array.from({ length: 40 }, (_, n) => n + 1)
      expect(answers.map(({ message }) => message.id as number).sort((a, b) => a - b)).to.deep.equal(expected)
      expect(await numbers(id, { limit: 100 })).to.deep.equal(expected.toReversed())
      for (const { message } of answers)
        expect(right(await chats.findMessage(ANYBODY, id, message.id)())).to.deep.equal(message)
    })

    it('never lets time run backwards within a chat', async () => {
      const { id } = await kept()
      await posted(id, 'on time', later(60_000))
      const { message, chat } = await posted(id, 'clock set back', later(-60_000))
      expect(message.createdAt).to.deep.equal(later(60_000))
      expect(chat.updatedAt).to.deep.equal(later(60_000))
    })

    it('keeps a new title and the revision that brought it', async () => {
      const { id } = await kept('old')
      await posted(id)
      const { chat } = right(await renameChat(chats, id, 'new', later(5)))
      expect(chat).to.include({ title: 'new', revision: 2, changedAtRevision: 2, lastMessageId: 1 })
      expect(right(await findChat(chats, id))).to.deep.equal(chat)
    })

    it('changes nothing when the decision refuses', async () => {
      const chat = await kept()
      await posted(chat.id)
      const before = right(await chats.messages(ANYBODY, chat.id, { limit: 10 })())
      const refusal = { kind: 'NotToday' }
      expect(left(await refuse(chats, { chatId: chat.id }))).to.deep.equal(refusal)
      expect(left(await refuse(chats, { chatId: chat.id, messageId: aMessageId(1) }))).to.deep.equal(refusal)
      expect(left(await refuse(chats, { chatId: chat.id, intent: anIntent() }))).to.deep.equal(refusal)
      expect(right(await chats.messages(ANYBODY, chat.id, { limit: 10 })())).to.deep.equal(before)
    })

    it('takes no revision for an outcome that changes nothing', async () => {
      const { id } = await kept('same')
      await posted(id, 'same')
      const before = right(await chats.messages(ANYBODY, id, { limit: 10 })())
      right(await renameChat(chats, id, 'same', later(9)))
      right(await editMessage(chats, id, 1, 'same'))
      expect(right(await chats.messages(ANYBODY, id, { limit: 10 })())).to.deep.equal(before)
    })

    it('hands a defect of the decision to the caller and changes nothing', async () => {
      const chat = await kept()
      const outcome = await chats
        .decide(ANYBODY, { chatId: chat.id }, failing)()
        .then(
          () => 'answered',
          (error: unknown) => String(error),
        )
      expect(outcome).to.equal('TypeError: a defect')
      expect(right(await findChat(chats, chat.id))).to.deep.equal(chat)
    })

    it('lets one refusal or defect harm no neighbour that arrives with it', async () => {
      const { id } = await kept()
      const other = await kept()
      const settled = await Promise.allSettled([
        send(chats, id, 'first'),
        refuse(chats, { chatId: id }),
        send(chats, MISSING),
        chats.decide(ANYBODY, { chatId: id }, failing)(),
        send(chats, other.id, 'elsewhere'),
        send(chats, id, 'second'),
      ])
      expect(settled.map(({ status }) => status)).to.deep.equal([
        'fulfilled',
        'fulfilled',
        'fulfilled',
        'rejected',
        'fulfilled',
        'fulfilled',
      ])
      expect((await numbers(id, { limit: 10 })).length).to.equal(2)
      expect((await numbers(other.id, { limit: 10 })).length).to.equal(1)
    })
  })

  describe('changing one message', () => {
    it('keeps the new text, its time and its revision; number and place stay', async () => {
      const { id } = await kept()
      await several(id, 3)
      const { message } = right(await editMessage(chats, id, 2, 'edited'))
      expect(message).to.deep.equal({
        chatId: id,
        id: 2,
        ...PLAIN,
        text: 'edited',
        createdAt: NOON,
        editedAt: later(1000),
        revision: 4,
      })
      expect(right(await chats.findMessage(ANYBODY, id, aMessageId(2))())).to.deep.equal(message)
      expect(await numbers(id, { limit: 10 })).to.deep.equal([3, 2, 1])
    })

    it('treats a deleted message as not there, and never uses its number again', async () => {
      const { id } = await kept()
      await several(id, 3)
      await erased(id, 3)
      const missing = { kind: 'MessageNotFound', chatId: id, messageId: 3 }
      expect(left(await chats.findMessage(ANYBODY, id, aMessageId(3))())).to.deep.equal(missing)
      expect(left(await editMessage(chats, id, 3, 'x'))).to.deep.equal(missing)
      expect(await numbers(id, { limit: 10 })).to.deep.equal([2, 1])
      expect((await posted(id)).message.id).to.equal(4)
      expect(await numbers(id, { limit: 10 })).to.deep.equal([4, 2, 1])
    })

    it('lets one of several deletions of one message win', async () => {
      const { id } = await kept()
      await several(id, 1)
      const answers = await Promise.all(Array.from({ length: 10 }, () => eraseMessage(chats, id, 1)))
      expect(answers.filter(E.isRight)).to.have.length(1)
      expect(right(await findChat(chats, id)).revision).to.equal(2)
    })

    it('gives everybody who asks at once the message they asked for, or says what there is not', async () => {
      const [one, two] = [await kept(), await kept()]
      for (const { id } of [one, two]) await several(id, 4)
      await erased(one.id, 2)
      const page = async (id: ChatId) => right(await chats.messages(ANYBODY, id, { limit: 10 })()).entries
      const there = new Map([
        [one.id, await page(one.id)],
        [two.id, await page(two.id)],
      ])
      const asked = upTo(30).flatMap(() =>
        [two.id, MISSING, one.id].flatMap((id) => [4, 1, 99, 2, 1].map((number) => [id, aMessageId(number)] as const)),
      )
      const answers = await Promise.all(asked.map(([id, messageId]) => chats.findMessage(ANYBODY, id, messageId)()))
      for (const [index, [chatId, messageId]] of asked.entries()) {
        const message = there.get(chatId)?.find(({ id }) => id === messageId)
        const missing = there.has(chatId)
          ? { kind: 'MessageNotFound', chatId, messageId }
          : { kind: 'ChatNotFound', chatId }
        expect(answers[index]).to.deep.equal(message ? E.right(message) : E.left(missing))
      }
    })

    it('says which message there is not', async () => {
      const { id } = await kept()
      const missing = { kind: 'MessageNotFound', chatId: id, messageId: 1 }
      expect(left(await chats.findMessage(ANYBODY, id, aMessageId(1))())).to.deep.equal(missing)
      expect(left(await editMessage(chats, id, 1, 'x'))).to.deep.equal(missing)
    })
  })

  describe('reading a page of messages', () => {
    it('selects the last ones, those below a cursor, the first above one, and the last between two', async () => {
      const { id } = await kept()
      await several(id, 7)
      await erased(id, 4)
      const page = async (selection: object) => {
        const { entries, more } = right(await chats.messages(ANYBODY, id, selection as never)())
        return [entries.map((message) => message.id as number), more]
      }
      expect(await page({ limit: 3 })).to.deep.equal([[7, 6, 5], true])
      expect(await page({ limit: 3, before: 6 })).to.deep.equal([[5, 3, 2], true])
      expect(await page({ limit: 3, before: 4 })).to.deep.equal([[3, 2, 1], false])
      expect(await page({ limit: 3, after: 0 })).to.deep.equal([[3, 2, 1], true])
      expect(await page({ limit: 3, after: 3 })).to.deep.equal([[7, 6, 5], false])
      expect(await page({ limit: 2, after: 1, before: 6 })).to.deep.equal([[5, 3], true])
      expect(await page({ limit: 2, after: 1, before: 6, from: 'oldest' })).to.deep.equal([[3, 2], true])
      expect(await page({ limit: 3, after: 1, before: 6, from: 'oldest' })).to.deep.equal([[5, 3, 2], false])
      expect(await page({ limit: 2, from: 'oldest' })).to.deep.equal([[2, 1], true])
      expect(await page({ limit: 2, after: 1, from: 'newest' })).to.deep.equal([[7, 6], true])
      expect(await page({ limit: 100 })).to.deep.equal([[7, 6, 5, 3, 2, 1], false])
      expect(await page({ limit: 3, before: 1 })).to.deep.equal([[], false])
      expect(await page({ limit: 3, after: 7 })).to.deep.equal([[], false])
      expect(await page({ limit: 3, after: 5, before: 3 })).to.deep.equal([[], false])
    })

    it('comes with the chat of the same moment', async () => {
      const { id } = await kept()
      const sending = several(id, 30)
      for (let n = 0; n < 30; n++) {
        const { chat, entries } = right(await chats.messages(ANYBODY, id, { limit: 1 })())
        expect(entries[0]?.id ?? 0).to.equal(chat.lastMessageId)
      }
      await sending
    })
  })

  describe('expecting a revision', () => {
    const stale = (current: number) => ({ kind: 'Stale', current })

    it('changes what is at an expected revision, and nothing else', async () => {
      const { id } = await kept()
      await several(id, 2)
      const at = later(1000)
      const edit = (text: string, ...expected: number[]) => editMessage(chats, id, 1, text, at, expected)
      expect(left(await edit('x'))).to.deep.equal(stale(1))
      expect(left(await edit('x', 2, 3))).to.deep.equal(stale(1))
      expect(right(await edit('y', 3, 1)).message.revision).to.equal(3)
      expect(left(await eraseMessage(chats, id, 1, at, [1]))).to.deep.equal(stale(3))
      expect(left(await renameChat(chats, id, 'new', at, [2]))).to.deep.equal(stale(3))
      expect(left(await removeChat(chats, id, [2]))).to.deep.equal(stale(3))
      expect(right(await findChat(chats, id)).revision).to.equal(3)
      right(await removeChat(chats, id, [3]))
    })

    it('lets one of several who expect the same revision through', async () => {
      const { id } = await kept()
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => renameChat(chats, id, `title ${n}`, NOON, [0])),
      )
      expect(answers.filter(E.isRight)).to.have.length(1)
      expect(answers.filter(E.isLeft).map((answer) => answer.left)).to.deep.equal(Array(19).fill(stale(1)))
    })
  })

  describe('doing something once', () => {
    const sending = (id: ChatId, intent: Intent, text = 'hello', at = NOON) => send(chats, id, text, at, intent)

    it('posts without an intent as often as it is asked', async () => {
      const { id } = await kept()
      const { message, replayed } = right(await send(chats, id, 'hello', later(5)))
      expect(replayed).to.equal(false)
      expect(message).to.deep.equal({
        chatId: id,
        id: 1,
        ...PLAIN,
        text: 'hello',
        createdAt: later(5),
        revision: 1,
      })
      expect(right(await send(chats, id)).message.id).to.equal(2)
    })

    it('finds the message as it was posted when the same intent comes again, also when it was changed since', async () => {
      const { id } = await kept()
      const intent = anIntent()
      const { message, replayed } = right(await sending(id, intent, 'hello', later(5)))
      expect(replayed).to.equal(false)
      const again = { message, replayed: true }
      expect(right(await sending(id, intent, 'hello', later(9)))).to.deep.include(again)
      right(await editMessage(chats, id, message.id, 'edited'))
      expect(right(await sending(id, intent))).to.deep.include(again)
      await erased(id, 1)
      expect(right(await sending(id, intent))).to.deep.include(again)
      expect(right(await findChat(chats, id))).to.include({ lastMessageId: 1, revision: 3 })
    })

    it('refuses a key that names another intention, and changes nothing', async () => {
      const { id } = await kept()
      const intent = anIntent()
      await sending(id, intent)
      const reused = { kind: 'KeyReused', key: intent.key }
      expect(left(await sending(id, { ...intent, fingerprint: anIntent().fingerprint }))).to.deep.equal(reused)
      expect(right(await findChat(chats, id)).lastMessageId).to.equal(1)
    })

    it('keeps the keys of one chat apart from those of another, and from those that opened chats', async () => {
      const intent = anIntent()
      const opened = right(await chats.add(ANYBODY, aNewChat(), intent)()).done
      const other = await kept()
      expect(right(await sending(opened.id, intent)).replayed).to.equal(false)
      expect(right(await sending(other.id, intent)).replayed).to.equal(false)
    })

    it('uses no key for a refusal or a chat that is not there', async () => {
      const { id } = await kept()
      const intent = anIntent()
      left(await chats.decide(ANYBODY, { chatId: id, intent }, refusing)())
      left(await sending(MISSING, intent))
      expect(right(await sending(id, intent)).replayed).to.equal(false)
    })

    it('posts one message for one intent that arrives many times at once', async () => {
      const { id } = await kept()
      const intent = anIntent()
      const answers = await Promise.all(Array.from({ length: 30 }, (_, n) => sending(id, intent, 'hello', later(n))))
      const first = right(answers[0]!).message
      expect(answers.map((answer) => right(answer).message)).to.deep.equal(Array(30).fill(first))
      expect(answers.filter((answer) => !right(answer).replayed)).to.have.length(1)
      expect(right(await findChat(chats, id)).lastMessageId).to.equal(1)
    })

    it('opens one chat for one intent, and finds it as it was opened', async () => {
      const intent = anIntent()
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => chats.add(ANYBODY, aNewChat('once'), intent)()),
      )
      const { done } = right(answers[0]!)
      expect(answers.map((answer) => right(answer).done)).to.deep.equal(Array(20).fill(done))
      expect(answers.filter((answer) => !right(answer).replayed)).to.have.length(1)
      expect(right(await chats.list(ANYBODY, { limit: 100 })()).entries).to.deep.equal([done])
      right(await renameChat(chats, done.id, 'renamed', later(1)))
      expect(right(await chats.add(ANYBODY, aNewChat('once', later(9)), intent)())).to.deep.equal({
        done,
        replayed: true,
      })
      const other = { ...intent, fingerprint: anIntent().fingerprint }
      expect(left(await chats.add(ANYBODY, aNewChat('other'), other)())).to.deep.equal({
        kind: 'KeyReused',
        key: intent.key,
      })
    })

    it('frees the keys of a chat that is removed', async () => {
      const intent = anIntent()
      const first = right(await chats.add(ANYBODY, aNewChat(), intent)()).done
      right(await removeChat(chats, first.id))
      const second = right(await chats.add(ANYBODY, aNewChat(), intent)())
      expect(second.replayed).to.equal(false)
      expect(second.done.id).to.be.above(first.id)
    })
  })

  describe('removing', () => {
    it('takes the chat and its messages away, once', async () => {
      const { id } = await kept()
      const neighbour = await kept()
      await several(id, 3)
      await several(neighbour.id, 1)
      expect(right(await removeChat(chats, id)).chat).to.equal(undefined)
      expect(left(await removeChat(chats, id))).to.deep.equal({ kind: 'ChatNotFound', chatId: id })
      expect(left(await chats.messages(ANYBODY, id, { limit: 1 })())).to.deep.equal({
        kind: 'ChatNotFound',
        chatId: id,
      })
      expect(await numbers(neighbour.id, { limit: 10 })).to.deep.equal([1])
    })

    it('answers every sender that raced with it: kept before, or not found', async () => {
      const { id } = await kept()
      const sends = Array.from({ length: 20 }, () => send(chats, id))
      const removal = removeChat(chats, id)
      const answers = await Promise.all([...sends, ...Array.from({ length: 5 }, () => send(chats, id))])
      right(await removal)
      for (const answer of answers)
        if (E.isLeft(answer)) expect(answer.left).to.deep.equal({ kind: 'ChatNotFound', chatId: id })
      expect(left(await findChat(chats, id))).to.deep.equal({ kind: 'ChatNotFound', chatId: id })
    })

    it('never gives a removed identity to another chat', async () => {
      const { id } = await kept()
      right(await removeChat(chats, id))
      expect((await kept()).id).to.be.above(id)
    })
  })
}
