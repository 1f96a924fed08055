import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parse } from 'yaml'
import { ANYBODY, type UserId } from '../../src/domain/caller.ts'
import { messagePage } from '../../src/application/ports/page.ts'
import * as Chat from '../../src/domain/chat/chat.ts'
import type { Message } from '../../src/domain/chat/message.ts'
import type { Revision } from '../../src/domain/identity.ts'
import { messageView, pageJson } from '../../src/interfaces/http/chats/views.ts'
import { inboxEntryView, readingView, unreadView } from '../../src/interfaces/http/reading/views.ts'
import { memoryChats } from '../../src/infrastructure/memory/chats.ts'
import { postgresChats } from '../../src/infrastructure/postgres/chats.ts'
import { changesOf } from '../kept-changes.ts'
import { aChatId, aMessageId, aNewChat, aPosition, aText, NOON, right } from '../fixtures.ts'
import { anOpenDatabase } from '../postgres.ts'

const aMessage = (number: number): Message => ({
  chatId: aChatId(),
  id: aMessageId(number),
  author: null,
  text: aText(`message ${number}`),
  createdAt: NOON,
  editedAt: null,
  revision: number as Revision,
})
const aPage = () => messagePage(Chat.open(aNewChat())(aChatId()), { entries: [3, 2, 1].map(aMessage), more: false })
const numbersIn = (json: string) => (JSON.parse(json) as { id: number }[]).map(({ id }) => id)

describe('The JSON of a page of messages', () => {
  it('shows them newest first, or oldest first when that is asked for', () => {
    const page = aPage()
    expect(pageJson(page)).to.equal(JSON.stringify(page.entries.map(messageView)))
    expect(numbersIn(pageJson(page, 'desc'))).to.deep.equal([3, 2, 1])
    expect(numbersIn(pageJson(page, 'asc'))).to.deep.equal([1, 2, 3])
  })

  it('is the same in either order, in whatever order they were asked for', () => {
    const page = aPage()
    for (const order of ['asc', 'desc', 'asc', 'desc'] as const)
      expect(numbersIn(pageJson(page, order)), order).to.deep.equal(order === 'asc' ? [1, 2, 3] : [3, 2, 1])
    expect(page.entries.map(({ id }) => id as number)).to.deep.equal([3, 2, 1])
  })

  it('is written once for a page, however many ask', () => {
    let written = 0
    const counted = {
      ...aMessage(1),
      get text() {
        written += 1
        return aText('counted')
      },
    }
    const page = messagePage(aPage().chat, { entries: [counted], more: false })
    const json = pageJson(page)
    expect([pageJson(page), pageJson(page), written]).to.deep.equal([json, json, 1])
  })
})

describe('The JSON of what was read', () => {
  const keysIn = (schema: string) =>
    Object.keys(
      (
        parse(readFileSync('openapi.yaml', 'utf8')) as {
          components: { schemas: Record<string, { properties: object }> }
        }
      ).components.schemas[schema]?.properties ?? {},
    )
  const own = { userId: 'bob' as UserId, readMessageId: aPosition(1), unread: 2 }

  it('has its fields in the order in which they are documented', () => {
    const head = { chat: Chat.open(aNewChat())(aChatId()), lastMessage: aMessage(3) }
    const entry = inboxEntryView({ ...head, ...own, role: 'member' })
    expect(Object.keys(entry)).to.deep.equal(keysIn('InboxEntry'))
    expect(Object.keys(readingView({ ...own, chatId: aChatId() }))).to.deep.equal(keysIn('Reading'))
    expect(Object.keys(unreadView({ chats: 1, messages: 2 }))).to.deep.equal(keysIn('Unread'))
  })

  it('shows no last message where there is none', () => {
    const chat = Chat.open(aNewChat())(aChatId())
    expect(inboxEntryView({ chat, lastMessage: null, ...own, role: 'member' }).last_message).to.equal(null)
  })
})

describe('A page of messages', () => {
  it('equals another one with the same chat and entries', () => {
    expect(aPage()).to.deep.equal(aPage())
    expect(messagePage(aPage().chat, { entries: [aMessage(1)], more: false })).to.not.deep.equal(aPage())
  })

  const stores = {
    'in memory': async () => ({ chats: memoryChats(), close: async () => {} }),
    'in PostgreSQL': async () => {
      const database = await anOpenDatabase()
      return { chats: postgresChats(database), close: database.close }
    },
  }
  for (const [store, open] of Object.entries(stores))
    it(`never changes, though it may be shared and written in either order, ${store}`, async () => {
      const { chats, close } = await open()
      const make = changesOf(chats)
      const id = await make.open()
      await make.sendMany(id, 3)
      const read = async () => right(await chats.messages(ANYBODY, id, { limit: 2 })())
      const page = await read()
      const [before, json] = [structuredClone({ ...page }), pageJson(page)]
      pageJson(page, 'asc')
      expect(pageJson(await read())).to.equal(json)
      await make.edit(id, 3)
      await make.erase(id, 2)
      await make.rename(id)
      expect(numbersIn(pageJson(await read()))).to.deep.equal([3, 1])
      expect({ ...page }).to.deep.equal(before)
      expect(pageJson(page)).to.equal(json)
      await close()
    })
})
