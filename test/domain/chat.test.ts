import { expect } from 'chai'
import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { ANYBODY } from '../../src/domain/caller.ts'
import { type Chat, open } from '../../src/domain/chat/chat.ts'
import { change } from '../../src/domain/chat/chat-decisions.ts'
import { isTombstone, type Message, type Tombstone } from '../../src/domain/chat/message.ts'
import { edit, erase, post } from '../../src/domain/chat/message-decisions.ts'
import { NOBODY_ELSE, type Outcome, type Scene } from '../../src/domain/chat/scene.ts'
import type { MessageId } from '../../src/domain/identity.ts'
import { aChatId, aNewChat, aText, aTitle, later, NOON, right } from '../fixtures.ts'

const aChat = () => open(aNewChat())(aChatId(7))
const aScene = (chat: Chat, message?: Message): Scene => ({
  chat,
  membership: undefined,
  message,
  target: undefined,
  others: NOBODY_ELSE,
  done: undefined,
})
const posting = (text: string, at: Date) => post(ANYBODY, { text: aText(text) }, at)

describe('A chat', () => {
  it('opens empty, at revision 0', () => {
    expect(aChat()).to.deep.equal({
      id: 7,
      title: 'Release party',
      createdAt: NOON,
      updatedAt: NOON,
      activeAt: NOON,
      lastMessageId: 0,
      revision: 0,
      changedAtRevision: 0,
      visibility: 'private',
      accessRevision: 0,
    })
  })

  it('leaves itself as it was: every decision returns what comes after', () => {
    const chat = Object.freeze(aChat())
    posting('hello', later(1))(aScene(chat))
    change(ANYBODY, { title: aTitle('new'), at: later(1) })(aScene(chat))
    expect(chat).to.deep.equal(aChat())
  })

  it('forgets the text of a message that is erased, and nothing else', () => {
    const { chat, message } = right(posting('secret', later(1))(aScene(aChat())))
    const erased = right(erase(ANYBODY, { messageId: message.id, at: later(2) })(aScene(chat, message)))
    expect(erased.message).to.deep.equal({
      chatId: 7,
      id: 1,
      author: null,
      createdAt: later(1),
      editedAt: null,
      deletedAt: later(2),
      revision: 2,
    })
  })

  it('numbers messages and changes without gaps, and time never runs backwards, whatever happens in whatever order', () => {
    const step = fc.record({
      kind: fc.constantFrom('post', 'rename', 'edit', 'erase'),
      which: fc.nat(20),
      text: fc.constantFrom('a', 'b'),
      at: fc.integer({ min: -5, max: 5 }),
    })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        let chat = aChat()
        const messages = new Map<number, Message | Tombstone>()
        const revisions: number[] = []
        for (const { kind, which, text, at } of steps) {
          const target = messages.get(which)
          const before = chat
          const messageId = which as MessageId
          const scene = aScene(chat, target && !isTombstone(target) ? target : undefined)
          let outcome: E.Either<unknown, Outcome>
          if (kind === 'post') outcome = posting(text, later(at))(scene)
          else if (kind === 'rename') outcome = change(ANYBODY, { title: aTitle(text), at: later(at) })(scene)
          else if (kind === 'edit') outcome = edit(ANYBODY, { messageId, text: aText(text), at: later(at) })(scene)
          else outcome = erase(ANYBODY, { messageId, at: later(at) })(scene)
          if (E.isLeft(outcome)) {
            expect(outcome.left).to.deep.equal({ kind: 'MessageNotFound', chatId: 7, messageId })
            expect(scene.message).to.equal(undefined)
            continue
          }
          chat = outcome.right.chat as Chat
          const { message } = outcome.right
          if (message) messages.set(message.id, message)
          if (chat.revision !== before.revision) revisions.push(chat.revision)
          expect(chat.updatedAt.getTime()).to.be.at.least(before.updatedAt.getTime())
        }
        expect(revisions).to.deep.equal(Array.from({ length: chat.revision }, (_, n) => n + 1))
        expect([...messages.keys()]).to.deep.equal(Array.from({ length: chat.lastMessageId }, (_, n) => n + 1))
        const times = [...messages.values()].map(({ createdAt }) => createdAt.getTime())
        expect(times).to.deep.equal(times.toSorted((a, b) => a - b))
      }),
    )
  })
})
