import { expect } from 'chai'
import fc from 'fast-check'
import * as Chat from '../../src/domain/chat/chat.ts'
import { isTombstone, type Message, type Tombstone } from '../../src/domain/chat/message.ts'
import { aChatId, aNewChat, aText, aTitle, later, NOON, right } from '../fixtures.ts'

const aChat = () => Chat.open(aNewChat())(aChatId(7))

describe('A chat', () => {
  it('opens empty, at revision 0', () => {
    expect(aChat()).to.deep.equal({
      id: 7,
      title: 'Release party',
      createdAt: NOON,
      updatedAt: NOON,
      lastMessageId: 0,
      revision: 0,
      changedAtRevision: 0,
    })
  })

  it('leaves itself as it was: every decision returns what comes after', () => {
    const chat = Object.freeze(aChat())
    Chat.post(aText(), later(1))(chat)
    Chat.rename({ title: aTitle('new'), at: later(1) })(chat)
    expect(chat).to.deep.equal(aChat())
  })

  it('forgets the text of a message that is erased, and nothing else', () => {
    const { chat, message } = right(Chat.post(aText('secret'), later(1))(aChat()))
    const erased = right(Chat.erase({ at: later(2) })(chat, message))
    expect(erased.message).to.deep.equal({
      chatId: 7,
      id: 1,
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
          let outcome: Chat.Outcome | undefined
          if (kind === 'post') outcome = right(Chat.post(aText(text), later(at))(chat))
          else if (kind === 'rename') outcome = right(Chat.rename({ title: aTitle(text), at: later(at) })(chat))
          else if (target && !isTombstone(target))
            outcome = right<Chat.Outcome>(
              kind === 'edit'
                ? Chat.edit({ text: aText(text), at: later(at) })(chat, target)
                : Chat.erase({ at: later(at) })(chat, target),
            )
          if (!outcome) continue
          chat = outcome.chat
          if (outcome.message) messages.set(outcome.message.id, outcome.message)
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
