import { expect } from 'chai'
import fc from 'fast-check'
import type { Chats } from '../../src/application/ports/chats.ts'
import type { Inboxes } from '../../src/application/ports/inboxes.ts'
import type { Journal } from '../../src/application/ports/journal.ts'
import type { Chat } from '../../src/domain/chat/chat.ts'
import { change } from '../../src/domain/chat/chat-decisions.ts'
import { edit, erase, post } from '../../src/domain/chat/message-decisions.ts'
import type { Reaction } from '../../src/domain/chat/reaction.ts'
import { react } from '../../src/domain/chat/reaction-decisions.ts'
import type { ChatId, Revision } from '../../src/domain/identity.ts'
import type { Intent } from '../../src/domain/intent.ts'
import type { Metadata } from '../../src/domain/metadata.ts'
import { acting } from '../acting.ts'
import { aMessageId, aNewChat, anIntent, aText, aUser, later, left, NOON, right } from '../fixtures.ts'

const [ALICE, BOB] = [aUser('alice'), aUser('bob')]

export const metadataOf = (json: string) => JSON.parse(json) as Metadata

/** Names that the language has, an order that is none, and what PostgreSQL, arrays and JSON write in their own way. */
const ODD = String.raw`{"2":1,"z":{"__proto__":{"x":{"y":[]}},"constructor":null,"toString":[{},""]},"a":[1e+21,0.1,-1,true],"":"\"\\{}, 'é😀 \u0001\n$1","null":"NULL"}`
const TURNED = String.raw`{"null":"NULL","":"\"\\{}, 'é😀 \u0001\n$1","a":[1e+21,0.1,-1,true],"z":{"toString":[{},""],"constructor":null,"__proto__":{"x":{"y":[]}}},"2":1}`

interface Opened {
  readonly chats: Chats
  readonly journal: Journal
  readonly inboxes: Inboxes
}

/** What every storage owes to metadata. */
export const metadataContract = (open: () => Promise<Opened>) => {
  let opened: Opened
  let chats: Chats

  beforeEach(async () => {
    opened = await open()
    chats = opened.chats
  })

  const json = (of: object) => {
    expect(of).to.have.property('metadata')
    return JSON.stringify((of as { readonly metadata: Metadata }).metadata)
  }
  const aChat = async (metadata?: string, intent?: Intent) =>
    right(await chats.add(ALICE, { ...aNewChat(), ...(metadata && { metadata: metadataOf(metadata) }) }, intent)()).done
  const send = async (chatId: ChatId, metadata?: string, intent?: Intent) => {
    const draft = { text: aText(), ...(metadata && { metadata: metadataOf(metadata) }) }
    return right(await chats.decide(ALICE, { chatId, intent }, post(ALICE, draft, NOON, intent))())
  }
  const set = async (chatId: ChatId, metadata: string) =>
    right(await chats.decide(ALICE, { chatId }, change(ALICE, { metadata: metadataOf(metadata), at: later(1000) }))())
      .chat
  const messageId = aMessageId(1)
  const alter = async (chatId: ChatId, metadata: string, text?: string) => {
    const edits = { metadata: metadataOf(metadata), ...(text && { text: aText(text) }) }
    return right(
      await chats.decide(ALICE, { chatId, messageId }, edit(ALICE, { messageId, at: later(1000), ...edits }))(),
    )
  }
  /** The chat, wherever it is read. */
  const everywhere = async (chatId: ChatId): Promise<readonly Chat[]> => {
    const { journal, inboxes } = opened
    const address = { chatId, userId: ALICE.id }
    return [
      right(await chats.list(ALICE, { limit: 10 })()).entries.find(({ id }) => id === chatId) as Chat,
      right(await chats.messages(ALICE, chatId, { limit: 1 })()).chat,
      right(await chats.members(ALICE, chatId, { limit: 1 })()).chat,
      right(await journal.sights(ALICE, [chatId])()).get(chatId)?.chat as Chat,
      right(await journal.since(chatId, 0 as Revision, 10)()).chat,
      right(await inboxes.page(ALICE.id, { limit: 10 })()).entries[0]?.chat as Chat,
      right(await inboxes.entries([address])()).news[0]?.chat as Chat,
    ]
  }
  /** The first message, wherever it is read. */
  const everyFirst = async (chatId: ChatId): Promise<readonly object[]> => {
    const { journal, inboxes } = opened
    return [
      right(await chats.findMessage(ALICE, chatId, messageId)()),
      ...right(await chats.messages(ALICE, chatId, { limit: 1 })()).entries,
      ...right(await chats.messages(ALICE, chatId, { limit: 1, after: 0 as never })()).entries,
      ...right(await journal.since(chatId, 0 as Revision, 10)()).messages,
      right(await inboxes.page(ALICE.id, { limit: 10 })()).entries[0]?.lastMessage as object,
      right(await inboxes.entries([{ chatId, userId: ALICE.id }])()).news[0]?.lastMessage as object,
    ]
  }

  describe('metadata of a chat', () => {
    it('comes back as it was sent, wherever the chat is read', async () => {
      for (const metadata of [ODD, '{"a":1}', undefined]) {
        const chat = await aChat(metadata)
        const expected = metadata ?? '{}'
        expect(json(chat)).to.equal(expected)
        const read = await everywhere(chat.id)
        expect(read.map(json)).to.deep.equal(read.map(() => expected))
      }
    })

    it('is replaced as a whole, takes a revision, and is gone when nothing is in it', async () => {
      const { id } = await aChat('{"a":1,"b":{"c":1}}')
      expect(await set(id, '{"b":{"d":2}}')).to.deep.include({ revision: 1, changedAtRevision: 1 })
      expect((await everywhere(id)).map(json)).to.deep.equal(Array(7).fill('{"b":{"d":2}}'))
      expect(await set(id, '{}')).to.deep.include({ revision: 2, metadata: {} })
      expect((await everywhere(id)).map(json)).to.deep.equal(Array(7).fill('{}'))
    })

    it('takes no revision when it is the same again, in whatever order', async () => {
      const { id } = await aChat(ODD)
      for (const same of [ODD, TURNED]) expect(await set(id, same)).to.include({ revision: 0 })
      expect(json((await everywhere(id))[0] as Chat)).to.equal(ODD)
      expect(await set(id, ODD.replace('-1', '-2'))).to.include({ revision: 1 })
    })

    it('stays through everything that is not said of it', async () => {
      const { id } = await aChat(ODD)
      const act = acting(chats)
      right(await act.send(ALICE, id))
      await send(id, undefined, anIntent(ALICE))
      await Promise.all([send(id, undefined, anIntent(ALICE)), act.rename(ALICE, id, 'Other'), act.send(ALICE, id)])
      right(await act.put(ALICE, id, BOB.id, 'member'))
      const reaction = '❤' as Reaction
      right(
        await chats.decide(BOB, { chatId: id, messageId, reaction }, react(BOB, { messageId, reaction, at: NOON }))(),
      )
      right(await act.edit(ALICE, id, 2, 'other'))
      right(await act.erase(ALICE, id, 3))
      expect((await everywhere(id)).map(json)).to.deep.equal(Array(7).fill(ODD))
      right(await act.show(ALICE, id, 'public'))
      const read = await everywhere(id)
      expect(read.map(json)).to.deep.equal(Array(7).fill(ODD))
      for (const chat of read) expect(chat).to.include({ title: 'Other', visibility: 'public' })
    })

    it('is as it was when the chat was opened to whoever asks for that again', async () => {
      const intent = anIntent(ALICE)
      const chat = await aChat(ODD, intent)
      await set(chat.id, '{"a":1}')
      const again = right(await chats.add(ALICE, { ...aNewChat(), metadata: metadataOf(ODD) }, intent)())
      expect(again).to.deep.equal({ done: chat, replayed: true })
    })
  })

  describe('metadata of a message', () => {
    it('comes back as it was sent, wherever the message is read, and from a replay', async () => {
      for (const metadata of [ODD, '{"a":1}', undefined]) {
        const { id } = await aChat()
        const intent = anIntent(ALICE)
        const { message } = await send(id, metadata, intent)
        const expected = metadata ?? '{}'
        expect(json(message)).to.equal(expected)
        const read = await everyFirst(id)
        expect(read).to.have.length(6)
        expect(read.map(json)).to.deep.equal(read.map(() => expected))
        const again = await send(id, metadata, intent)
        expect([again.replayed, json(again.message)]).to.deep.equal([true, expected])
      }
    })

    it('comes back from sends that were written together, alone, with a key and without', async () => {
      const { id } = await aChat()
      const texts = Array.from({ length: 24 }, (_, n) => (n % 3 === 0 ? '{}' : `{"n":${n},"odd":${ODD}}`))
      const sent = await Promise.all(
        texts.map((metadata, n) => send(id, metadata, n % 2 ? anIntent(ALICE) : undefined)),
      )
      const { entries } = right(await chats.messages(ALICE, id, { limit: 100 })())
      for (const [n, { message }] of sent.entries()) {
        expect(json(message)).to.equal(texts[n])
        expect(entries.find(({ id }) => id === message.id)).to.deep.equal(message)
      }
    })

    it('is replaced as a whole, by itself or with the text, whose time alone `editedAt` is', async () => {
      const { id } = await aChat()
      await send(id, '{"a":1,"b":2}')
      expect((await alter(id, '{"b":3}')).message).to.deep.include({ revision: 2, editedAt: null, text: aText() })
      expect((await everyFirst(id)).map(json)).to.deep.equal(Array(6).fill('{"b":3}'))
      expect((await alter(id, '{"b":4}', 'other')).message).to.deep.include({ revision: 3, editedAt: later(1000) })
      expect((await alter(id, '{}')).message).to.deep.include({ revision: 4, editedAt: later(1000), text: 'other' })
      right(await acting(chats).edit(ALICE, id, 1, 'last'))
      expect((await everyFirst(id)).map(json)).to.deep.equal(Array(6).fill('{}'))
    })

    it('stays when the text is changed, and takes no revision when it is the same again, in whatever order', async () => {
      const { id } = await aChat()
      await send(id, ODD)
      right(await acting(chats).edit(ALICE, id, 1, 'other'))
      for (const same of [ODD, TURNED]) expect((await alter(id, same)).message.revision).to.equal(2)
      expect((await everyFirst(id)).map(json)).to.deep.equal(Array(6).fill(ODD))
    })

    it('goes with the text', async () => {
      const { id } = await aChat()
      await send(id, ODD)
      right(await chats.decide(ALICE, { chatId: id, messageId }, erase(ALICE, { messageId, at: later(2000) }))())
      expect(left(await chats.findMessage(ALICE, id, messageId)()).kind).to.equal('MessageNotFound')
      const [tombstone] = right(await opened.journal.since(id, 0 as Revision, 10)()).messages
      expect(tombstone).to.have.property('deletedAt')
      expect(tombstone).to.not.have.any.keys('metadata', 'text', 'reactions')
    })

    it('comes back whatever JSON it is', async () => {
      const { id } = await aChat()
      const name = fc.oneof(
        fc.constantFrom('__proto__', 'constructor', 'a', '', '1'),
        fc.string({ maxLength: 3, unit: 'grapheme' }),
      )
      const value = fc.jsonValue({ maxDepth: 3, stringUnit: 'grapheme' })
      const field = fc.tuple(name, value).map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`)
      const text = fc
        .array(field, { minLength: 1, maxLength: 5 })
        .map((fields) => JSON.stringify(JSON.parse(`{${fields.join(',')}}`)))
        .filter((text) => !text.includes('\\u0000'))
      await fc.assert(
        fc.asyncProperty(text, async (metadata) => {
          const { message } = await send(id, metadata)
          expect(json(right(await chats.findMessage(ALICE, id, message.id)()))).to.equal(metadata)
          const page = right(await chats.messages(ALICE, id, { limit: 1 })())
          expect(json(page.entries[0] as object)).to.equal(metadata)
          expect(json(await set(id, metadata))).to.equal(metadata)
          expect(json((await everywhere(id))[0] as Chat)).to.equal(metadata)
        }),
        { numRuns: 40 },
      )
    })
  })
}
