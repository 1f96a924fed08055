import { expect } from 'chai'
import { type ClientOptions, createClient, etagOf, isProblem } from '../../src/client/index.ts'
import { createMessenger, type TestMessenger } from '../../src/testing/index.ts'
import { rejection } from './rejection.ts'

describe('A client that says more than text', () => {
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
  const aChat = async (...texts: readonly string[]) => {
    const { id } = await user('alice').createChat({ title: 'Party', visibility: 'public' })
    for (const text of texts) await user('alice').sendMessage(id, { text })
    return id
  }

  it('replies, and leads through the replies', async () => {
    const alice = user('alice')
    const id = await aChat('Who brings the cake?')
    expect(await alice.sendMessage(id, { text: 'I do.', reply_to: 1 })).to.include({ id: 2, reply_to: 1 })
    await alice.sendMessage(id, { text: 'Nice weather.' })
    await alice.sendMessage(id, { text: 'Then I bring plates.', reply_to: 1 })
    const first = await alice.listMessages(id, { reply_to: 1, limit: 1 })
    const second = await first.next?.()
    const numbers = [first, second].map((page) => page?.entries.map((message) => message.id))
    expect([numbers, second?.next]).to.deep.equal([[[4], [2]], undefined])
    const asked = await alice.listMessages(id, { reply_to: 1, order: 'asc' })
    expect(asked.entries.map((message) => message.id)).to.deep.equal([2, 4])
    const refused = await rejection(alice.sendMessage(id, { text: 'x', reply_to: 9 }))
    expect(isProblem(refused, 'validation-failed')).to.equal(true)
  })

  it('attaches metadata to chats and messages, and replaces it as a whole', async () => {
    const alice = user('alice')
    const chat = await alice.createChat({ title: 'Order 4711', metadata: { order: 4711, tags: ['new'] } })
    expect(chat.metadata).to.deep.equal({ order: 4711, tags: ['new'] })
    expect(await alice.updateChat(chat.id, { metadata: { paid: true } })).to.deep.include({
      title: 'Order 4711',
      metadata: { paid: true },
    })
    await alice.sendMessage(chat.id, { text: 'A picture', metadata: { image: { url: 'https://x/1.png' } } })
    const edited = await alice.editMessage(chat.id, 1, { metadata: { seen: null } })
    expect(edited).to.deep.include({ text: 'A picture', metadata: { seen: null }, edited_at: null })
    expect(await alice.editMessage(chat.id, 1, { text: 'None', metadata: {} })).to.deep.include({
      text: 'None',
      metadata: {},
    })
  })

  it('is an edit of metadata on a condition: when its first attempt was kept, it finds its own', async () => {
    const alice = user('alice')
    const chat = await aChat('hello')
    const metadata = { b: [{ c: 1, d: null }], a: 'x ', 1: -0, left: undefined }
    const edit = async () => {
      const ifMatch = etagOf(await alice.getMessage(chat, 1))
      return alice.editMessage(chat, 1, { metadata }, { ifMatch })
    }
    messenger.fail('lost-answer', 'editMessage')
    expect((await edit()).metadata).to.deep.equal({ 1: 0, b: [{ c: 1, d: null }], a: 'x ' })
    for (const others of [
      { ...metadata, b: [] },
      { ...metadata, more: 1 },
      { ...metadata, b: [{ c: 1 }] },
    ]) {
      const ifMatch = etagOf(await alice.getMessage(chat, 1))
      await alice.editMessage(chat, 1, { metadata: others })
      messenger.fail('unavailable', 'editMessage')
      const refused = await rejection(alice.editMessage(chat, 1, { metadata }, { ifMatch }))
      expect(isProblem(refused, 'precondition-failed')).to.equal(true)
    }
  })

  it('reacts, takes it back, and says who did', async () => {
    const id = await aChat('hello')
    for (const name of ['bob', 'alice', 'carol']) await user(name).addReaction(id, 1, '❤')
    expect(await user('bob').addReaction(id, 1, '+1')).to.equal(undefined)
    expect((await user('bob').getMessage(id, 1)).reactions).to.deep.equal([
      { reaction: '❤', count: 3 },
      { reaction: '+1', count: 1 },
    ])
    const first = await user('bob').listReactors(id, 1, '❤', { limit: 2 })
    const second = await first.next?.()
    const names = [first, second].map((page) => page?.entries.map(({ user_id }) => user_id))
    expect([names, second?.next, first.revision]).to.deep.equal([[['alice', 'bob'], ['carol']], undefined, undefined])
    expect((await user('bob').listReactors(id, 1, '+1', { after: 'alice' })).entries).to.deep.equal([
      { user_id: 'bob', reaction: '+1' },
    ])
    expect(await user('bob').removeReaction(id, 1, '❤')).to.equal(undefined)
    expect(isProblem(await rejection(user('bob').removeReaction(id, 1, '❤')), 'not-found')).to.equal(true)
  })

  it('knows which reactions of a page are its own', async () => {
    const id = await aChat('one', 'two', 'three')
    const bob = user('bob')
    for (const [message, reaction] of [
      [1, '❤'],
      [3, 'a'],
      [3, '❤'],
    ] as const)
      await bob.addReaction(id, message, reaction)
    const first = await bob.listOwnReactions(id, 'bob', { limit: 1 })
    expect(first.entries.map(({ message_id }) => message_id)).to.deep.equal([3, 3])
    expect((await first.next?.())?.entries).to.deep.equal([{ message_id: 1, reaction: '❤' }])
    expect((await bob.listOwnReactions(id, 'bob', { before: 3, after: 1 })).entries).to.deep.equal([])
    expect(isProblem(await rejection(bob.listOwnReactions(id, 'alice')), 'forbidden')).to.equal(true)
  })

  it('reacts once and takes it back once, though answers are lost', async () => {
    const id = await aChat('hello')
    const bob = user('bob')
    messenger.fail('lost-answer', 'addReaction')
    await bob.addReaction(id, 1, '❤')
    const { reactions } = await bob.getMessage(id, 1)
    expect(reactions).to.deep.equal([{ reaction: '❤', count: 1 }])
    messenger.fail('lost-answer', 'removeReaction')
    await bob.removeReaction(id, 1, '❤')
    expect((await bob.getMessage(id, 1)).reactions).to.deep.equal([])
    const puts = requests.filter(({ method }) => method === 'PUT')
    expect(await Promise.all(puts.map((put) => put.text()))).to.deep.equal(['', ''])
  })

  it('writes any reaction into a path, but for those that none can carry', async () => {
    const id = await aChat('hello')
    const alice = user('alice')
    for (const reaction of ['a/b?c#d%2e', '👩‍👩‍👧', '...', '+1&reaction=x']) {
      await alice.addReaction(id, 1, reaction)
      expect((await alice.listReactors(id, 1, reaction)).entries).to.deep.equal([{ user_id: 'alice', reaction }])
      await alice.removeReaction(id, 1, reaction)
    }
    for (const none of ['', '.', '..']) {
      expect(await rejection(alice.addReaction(id, 1, none))).to.be.instanceOf(RangeError)
      expect(await rejection(alice.removeReaction(id, 1, none))).to.be.instanceOf(RangeError)
      expect(await rejection(alice.listOwnReactions(id, none))).to.be.instanceOf(RangeError)
    }
    expect(await messenger.messages(id)).to.have.length(1)
  })

  it('reacts for nobody with the key of a service, and for whom it names', async () => {
    const id = await aChat('hello')
    const service = createClient({ fetch: messenger.fetch, token: await messenger.keyFor(['read', 'write', 'act']) })
    expect(isProblem(await rejection(service.addReaction(id, 1, '❤')), 'forbidden')).to.equal(true)
    await service.as('bob').addReaction(id, 1, '❤')
    expect((await service.listOwnReactions(id, 'bob')).entries).to.deep.equal([{ message_id: 1, reaction: '❤' }])
  })

  it('follows what is replied, attached and reacted', async () => {
    const id = await aChat('hello')
    const bob = user('bob')
    await bob.sendMessage(id, { text: 'hi', reply_to: 1, metadata: { a: 1 } })
    await bob.addReaction(id, 2, '❤')
    await user('alice').deleteMessage(id, 1)
    const told: unknown[] = []
    for await (const event of bob.follow(id, { after: 2 })) {
      if (event.type === 'message') told.push(event.message)
      if (told.length === 2) break
    }
    expect(told[0]).to.deep.include({ reply_to: 1, metadata: { a: 1 }, reactions: [{ reaction: '❤', count: 1 }] })
    expect(told[1]).to.include({ id: 1, reply_to: null }).and.not.have.any.keys('metadata', 'reactions')
  })
})
