import { expect } from 'chai'
import {
  type Client,
  type ClientOptions,
  createClient,
  foldInbox,
  type InboxEntry,
  type InboxEvent,
  isProblem,
} from '../../src/client/index.ts'
import { createMessenger, type TestMessenger } from '../../src/testing/index.ts'
import { releasing } from '../releasing.ts'
import { until } from '../until.ts'
import { rejection } from './rejection.ts'

describe('Following an inbox', () => {
  const hold = releasing()
  let messenger: TestMessenger
  let alice: Client
  let bob: Client

  const user = (id: string, options: ClientOptions = {}) =>
    createClient({ token: messenger.tokenFor(id), fetch: messenger.fetch, wait: async () => {}, ...options })

  beforeEach(() => {
    messenger = createMessenger({ authentication: true })
    alice = user('alice')
    bob = user('bob')
  })
  afterEach(() => messenger.close())

  const aChat = async (messages = 0) => {
    messenger.clock.advance(1000)
    const { id } = await alice.createChat({ title: 'Party', members: [{ user_id: 'bob', role: 'member' }] })
    for (let n = 1; n <= messages; n++) await alice.sendMessage(id, { text: `message ${n}` })
    return id
  }
  const send = async (id: number) => {
    messenger.clock.advance(1000)
    await alice.sendMessage(id, { text: 'hello' })
  }

  /** Follows until the test is over, and keeps what was told and what it comes to. */
  const following = (client: Client, from: readonly InboxEntry[], after?: string) => {
    const controller = hold(new AbortController(), (one) => one.abort())
    const seen = { inbox: from, events: [] as InboxEvent[], error: undefined as unknown }
    const follow = async () => {
      for await (const event of client.followInbox('bob', { after, signal: controller.signal })) {
        seen.events.push(event)
        seen.inbox = foldInbox(seen.inbox, event)
      }
    }
    void follow().catch((error: unknown) => (seen.error = error))
    return seen
  }
  const words = (entries: readonly InboxEntry[]) => entries.map(({ chat, unread }) => `${chat.id}: ${unread}`)
  const inboxOf = async () => (await bob.getInbox('bob')).entries

  it('keeps, from a page on, the inbox as the service has it: entries, counts and order', async () => {
    const [one, two, three] = [await aChat(1), await aChat(2), await aChat()]
    const { entries, position } = await bob.getInbox('bob')
    await send(one)
    const seen = following(bob, entries, position)
    const holds = async (...expected: readonly string[]) => {
      await until(() => words(seen.inbox).join() === expected.join())
      expect(seen.inbox).to.deep.equal(await inboxOf())
    }
    await holds(`${one}: 2`, `${three}: 0`, `${two}: 2`)
    await bob.moveReadMarker(two, 'bob', { message_id: 2 })
    await holds(`${one}: 2`, `${three}: 0`, `${two}: 0`)
    await send(two)
    await holds(`${two}: 1`, `${one}: 2`, `${three}: 0`)
    await alice.removeMember(one, 'bob')
    await alice.deleteChat(three)
    await holds(`${two}: 1`)
    const four = await aChat()
    await holds(`${four}: 0`, `${two}: 1`)
    expect(seen.error).to.equal(undefined)
  })

  it('comes back by itself, and drops the chats that went meanwhile', async () => {
    const [one, two] = [await aChat(1), await aChat(1)]
    const { entries, position } = await bob.getInbox('bob')
    let isAway = false
    const waiting = user('bob', { wait: () => until(() => !isAway) })
    const seen = following(waiting, entries, position)
    await until(() => seen.events.some(({ type }) => type === 'chats'))
    isAway = true
    messenger.cutStreams()
    await alice.deleteChat(one)
    await send(two)
    isAway = false
    await until(() => words(seen.inbox).join() === `${two}: 2`)
    expect(seen.inbox).to.deep.equal(await inboxOf())
    const kinds = seen.events.map(({ type }) => type)
    expect([kinds.filter((kind) => kind === 'chats').length, kinds.includes('entry_removed')]).to.deep.equal([2, false])
  })

  it('tells every entry to who begins with 0, and nothing that was before to who begins now', async () => {
    const [one, two] = [await aChat(1), await aChat()]
    const all = following(bob, [], '0')
    await until(() => all.inbox.length === 2)
    expect(words(all.inbox)).to.deep.equal([`${two}: 0`, `${one}: 1`])
    const now = following(bob, [])
    // It has begun when it tells of what comes then; that is sent until it has.
    await until(async () => {
      await send(one)
      return now.events.length > 0
    })
    expect(now.events.every((event) => event.type === 'entry' && event.entry.chat.id === one)).to.equal(true)
  })

  it('ends when the caller says so, and throws what is refused', async () => {
    await aChat()
    for await (const event of bob.followInbox('bob', { signal: AbortSignal.abort() })) expect.fail(event.type)
    for await (const event of bob.followInbox('bob', { after: '0' })) {
      expect(event).to.include({ type: 'chats' })
      break
    }
    const first = async (client: Client, id: string, after?: string) => {
      for await (const event of client.followInbox(id, { after })) return event
      return undefined
    }
    expect(isProblem(await rejection(first(bob, 'alice')), 'forbidden')).to.equal(true)
    expect(isProblem(await rejection(first(bob, 'bob', '~')), 'validation-failed')).to.equal(true)
    expect(() => bob.followInbox('..')).to.throw(RangeError)
    const short = user('bob', { token: messenger.tokenFor('bob', { expiresIn: 1000 }) })
    const seen = following(short, [], '0')
    await until(() => seen.events.length > 0)
    messenger.clock.advance(1000)
    await until(() => seen.error !== undefined)
    expect(isProblem(seen.error, 'unauthenticated')).to.equal(true)
  })
})

describe('Following a chat', () => {
  const hold = releasing()

  it('tells members who types and who has read, and resumes past that', async () => {
    const messenger = hold(createMessenger({ authentication: true }), ({ close }) => close())
    const [alice, bob] = ['alice', 'bob'].map((id) =>
      createClient({ token: messenger.tokenFor(id), fetch: messenger.fetch, wait: async () => {} }),
    ) as [Client, Client]
    const { id } = await alice.createChat({ title: 'Party', members: [{ user_id: 'bob', role: 'member' }] })
    await alice.sendMessage(id, { text: 'hello' })
    const told: string[] = []
    for await (const event of alice.followAll([id], { after: '0' })) {
      told.push(event.type === 'message' ? `message ${event.message.id}` : event.type)
      if (event.type === 'message' && event.message.id === 2) break
      if (event.type === 'message') await bob.sendTyping(id)
      if (event.type === 'typing') {
        expect(event).to.deep.equal({ type: 'typing', chat_id: id, user_id: 'bob', position: undefined })
        await bob.moveReadMarker(id, 'bob', { message_id: 1 })
      }
      if (event.type === 'read') {
        const where = { chat_id: id, user_id: 'bob', read_message_id: 1 }
        expect(event).to.deep.equal({ type: 'read', ...where, position: undefined })
        messenger.cutStreams()
        await bob.sendMessage(id, { text: 'hello' })
      }
    }
    expect(told).to.deep.equal(['message 1', 'typing', 'read', 'message 2'])
  })
})
