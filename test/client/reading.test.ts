import { expect } from 'chai'
import { type Client, type ClientOptions, createClient, etagOf, isProblem } from '../../src/client/index.ts'
import { createMessenger, type TestMessenger } from '../../src/testing/index.ts'
import { rejection } from './rejection.ts'

describe('A client that asks what was read', () => {
  let messenger: TestMessenger
  let requests: Request[]

  beforeEach(() => {
    messenger = createMessenger({ authentication: true })
    requests = []
  })
  afterEach(() => messenger.close())

  const user = (id: string, options: ClientOptions = {}) =>
    createClient({
      token: messenger.tokenFor(id),
      fetch: (input, init) => {
        requests.push(new Request(new URL(input, 'http://x'), init))
        return messenger.fetch(input, init)
      },
      wait: async () => {},
      ...options,
    })
  const aChat = async (owner: Client, messages: number, member = 'bob') => {
    const { id } = await owner.createChat({ title: 'Party', members: [{ user_id: member, role: 'member' }] })
    for (let n = 1; n <= messages; n++) await owner.sendMessage(id, { text: `message ${n}` })
    return id
  }

  it('moves a marker, back as well, and never back with forward', async () => {
    const bob = user('bob')
    const id = await aChat(user('alice'), 3)
    const read = async () => {
      const { read_message_id, unread } = await bob.getReadMarker(id, 'bob')
      return [read_message_id, unread]
    }
    expect(await read()).to.deep.equal([0, 3])
    expect(await bob.moveReadMarker(id, 'bob', { message_id: 2 })).to.deep.equal({
      chat_id: id,
      user_id: 'bob',
      read_message_id: 2,
      unread: 1,
    })
    expect(await bob.moveReadMarker(id, 'bob', { message_id: 1, forward: true })).to.include({ read_message_id: 2 })
    await bob.moveReadMarker(id, 'bob', { message_id: 1 })
    expect(await read()).to.deep.equal([1, 2])
    expect((await bob.getMember(id, 'bob')).read_message_id).to.equal(1)
    const beyond = await rejection(bob.moveReadMarker(id, 'bob', { message_id: 4 }))
    expect(isProblem(beyond, 'validation-failed')).to.equal(true)
  })

  it('moves a marker though the answer is lost', async () => {
    const bob = user('bob')
    const id = await aChat(user('alice'), 3)
    messenger.fail('lost-answer', 'moveReadMarker')
    expect(await bob.moveReadMarker(id, 'bob', { message_id: 3, forward: true })).to.include({ unread: 0 })
  })

  it('leads through the pages of an inbox, from the chat in which a message was sent last', async () => {
    const [alice, bob] = [user('alice'), user('bob')]
    const ids: number[] = []
    for (const messages of [3, 1, 0]) {
      messenger.clock.advance(1000)
      ids.push(await aChat(alice, messages))
    }
    messenger.clock.advance(1000)
    await alice.sendMessage(ids[0]!, { text: 'once more' })
    const first = await bob.getInbox('bob', { limit: 2 })
    const second = await first.next?.()
    const told = [first, second].map((page) => page?.entries.map(({ chat, unread }) => [chat.id, unread]))
    expect(told).to.deep.equal([
      [
        [ids[0], 4],
        [ids[2], 0],
      ],
      [[ids[1], 1]],
    ])
    expect(first.entries[0]?.last_message).to.include({ id: 4, text: 'once more' })
    expect([first.revision, first.previous, second?.next]).to.deep.equal([undefined, undefined, undefined])
    expect(first.position).to.match(/^[\w-]+$/)
    expect([etagOf(first), etagOf(await bob.getUnread('bob'))].map((tag) => typeof tag)).to.deep.equal([
      'string',
      'string',
    ])
  })

  it('counts what is unread over all chats', async () => {
    const [alice, bob] = [user('alice'), user('bob')]
    const id = await aChat(alice, 2)
    await aChat(alice, 3)
    expect(await bob.getUnread('bob')).to.deep.equal({ chats: 2, messages: 5 })
    await bob.moveReadMarker(id, 'bob', { message_id: 2 })
    expect(await bob.getUnread('bob')).to.deep.equal({ chats: 1, messages: 3 })
  })

  it('asks for users whose names have to be escaped', async () => {
    const name = 'a/b?c#d%2e'
    const client = user(name)
    const id = await aChat(user('alice'), 1, name)
    await client.moveReadMarker(id, name, { message_id: 1 })
    expect(await client.getReadMarker(id, name)).to.include({ user_id: name, read_message_id: 1 })
    const first = await client.getInbox(name, { limit: 1 })
    expect(first.entries).to.have.length(1)
    expect(first.position).to.not.equal(undefined)
    await aChat(user('alice'), 1, name)
    expect((await (await client.getInbox(name, { limit: 1 })).next?.())?.entries[0]?.chat.id).to.equal(id)
    for (const none of ['', '.', '..'])
      for (const call of [client.getInbox(none), client.getUnread(none), client.getReadMarker(id, none)])
        expect(await rejection(call)).to.be.instanceOf(RangeError)
  })

  it('is refused what is another user’s own', async () => {
    const id = await aChat(user('alice'), 1)
    const [bob, carol] = [user('bob'), user('carol')]
    for (const call of [bob.getInbox('alice'), bob.getUnread('alice'), bob.getReadMarker(id, 'alice')])
      expect(isProblem(await rejection(call), 'forbidden')).to.equal(true)
    expect(isProblem(await rejection(carol.getReadMarker(id, 'carol')), 'not-found')).to.equal(true)
    const service = createClient({ fetch: messenger.fetch, token: await messenger.keyFor(['read']) })
    expect(await service.getUnread('bob')).to.deep.equal({ chats: 1, messages: 1 })
  })

  it('says that a user types once: an attempt that failed is not made up for later', async () => {
    const id = await aChat(user('alice'), 0)
    const bob = user('bob')
    requests = []
    expect(await bob.sendTyping(id)).to.equal(undefined)
    messenger.fail('unavailable', 'sendTyping')
    expect(isProblem(await rejection(bob.sendTyping(id)), 'unavailable')).to.equal(true)
    messenger.fail('lost-answer', 'sendTyping')
    expect(await rejection(bob.sendTyping(id))).to.be.instanceOf(TypeError)
    expect(requests.map(({ headers }) => headers.has('idempotency-key'))).to.deep.equal([false, false, false])
    expect(isProblem(await rejection(user('carol').sendTyping(id)), 'not-found')).to.equal(true)
  })
})
