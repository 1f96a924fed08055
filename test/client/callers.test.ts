import { expect } from 'chai'
import { type ClientOptions, createClient, isFormerMember, isProblem } from '../../src/client/index.ts'
import { createMessenger, type TestMessenger } from '../../src/testing/index.ts'
import { rejection } from './rejection.ts'

describe('A client of a service that knows callers', () => {
  let messenger: TestMessenger
  let requests: Request[]

  beforeEach(() => {
    messenger = createMessenger({ authentication: true })
    requests = []
  })
  afterEach(() => messenger.close())

  const aClient = (options: ClientOptions = {}) =>
    createClient({
      fetch: (input, init) => {
        requests.push(new Request(new URL(input, 'http://x'), init))
        return messenger.fetch(input, init)
      },
      wait: async () => {},
      ...options,
    })
  const user = (id: string) => aClient({ token: messenger.tokenFor(id) })
  const backend = async () => aClient({ token: await messenger.keyFor(['read', 'write', 'act', 'keys']) })

  it('acts for users with the key of a service, each by a client of its own', async () => {
    const service = await backend()
    const [alice, bob] = [service.as('alice'), service.as('bob')]
    const { id } = await alice.createChat({ title: 'Release party', members: [{ user_id: 'bob', role: 'member' }] })
    const authors = [alice, bob, service, bob.as('alice')].map(async (client) => {
      const { author } = await client.sendMessage(id, { text: 'hello' })
      return author
    })
    expect(await Promise.all(authors)).to.deep.equal(['alice', 'bob', null, 'alice'])
    expect(isProblem(await rejection(service.as('carol').getChat(id)), 'not-found')).to.equal(true)
  })

  it('names one user, whatever the headers say that it was made with', async () => {
    const token = await messenger.keyFor(['write', 'act'])
    const client = aClient({ token, headers: { 'On-Behalf-Of': 'mallory', Authorization: 'Bearer other' } }).as('alice')
    const { id } = await client.createChat({ title: 'Release party' })
    expect(await client.sendMessage(id, { text: 'hello' })).to.include({ author: 'alice' })
    expect(() => client.as('two\nlines')).to.throw(TypeError)
  })

  it('says what the user or the credential may not do', async () => {
    const service = await backend()
    const { id } = await service.createChat({ title: 'Release party', members: [{ user_id: 'bob', role: 'reader' }] })
    expect(isProblem(await rejection(user('bob').sendMessage(id, { text: 'x' })), 'forbidden')).to.equal(true)
    expect(isProblem(await rejection(user('bob').as('alice').getChat(id)), 'forbidden')).to.equal(true)
    expect(isProblem(await rejection(aClient().getChat(id)), 'unauthenticated')).to.equal(true)
    expect(requests.filter(({ method }) => method === 'GET')).to.have.length(2)
  })

  it('has a way to everything that is done with members', async () => {
    const alice = user('alice')
    const { id } = await alice.createChat({ title: 'Release party', visibility: 'public' })
    expect(await alice.putMember(id, 'a/b?c', { role: 'reader' })).to.include({ user_id: 'a/b?c', role: 'reader' })
    expect(await user('bob').putMember(id, 'bob', { role: 'member' })).to.include({ role: 'member' })
    expect(await alice.putMember(id, 'bob', { role: 'owner' })).to.include({ role: 'owner' })
    expect(await alice.getMember(id, 'a/b?c')).to.include({ role: 'reader' })
    const first = await alice.listMembers(id, { limit: 2 })
    const second = await first.next?.()
    const ids = [first, second].map((page) => page?.entries.map(({ user_id }) => user_id))
    expect([ids, first.revision, second?.next]).to.deep.equal([[['a/b?c', 'alice'], ['bob']], 3, undefined])
    expect((await alice.listMembers(id, { after: 'alice' })).entries).to.have.length(1)
    await alice.removeMember(id, 'bob')
    expect(isProblem(await rejection(alice.getMember(id, 'bob')), 'not-found')).to.equal(true)
  })

  it('names no member whom no path can carry: that would be the chat itself', async () => {
    const alice = user('alice')
    const { id } = await alice.createChat({ title: 'Release party' })
    for (const name of ['.', '..', '']) {
      expect(await rejection(alice.removeMember(id, name))).to.be.instanceOf(RangeError)
      expect(await rejection(alice.putMember(id, name, { role: 'member' }))).to.be.instanceOf(RangeError)
      expect(await rejection(alice.getMember(id, name))).to.be.instanceOf(RangeError)
    }
    expect(await messenger.chats()).to.have.length(1)
  })

  it('lists what is there for everybody, and opens chats for some or for all', async () => {
    const [alice, bob] = [user('alice'), user('bob')]
    const hidden = await alice.createChat({ title: 'Hidden' })
    const open = await alice.createChat({ title: 'Open', visibility: 'public' })
    const ids = async (client: typeof bob, selection = {}) =>
      (await client.listChats(selection)).entries.map(({ id }) => id)
    expect(await ids(alice)).to.deep.equal([open.id, hidden.id])
    expect(await ids(bob)).to.deep.equal([])
    expect(await ids(bob, { visibility: 'public' })).to.deep.equal([open.id])
    expect(await alice.updateChat(hidden.id, { visibility: 'public' })).to.include({ visibility: 'public' })
    expect(await ids(bob, { visibility: 'public' })).to.deep.equal([open.id, hidden.id])
  })

  it('makes, lists and revokes keys', async () => {
    const service = await backend()
    const made = await service.createKey({ name: 'archive', scopes: ['read'] })
    const archive = aClient({ token: made.secret })
    expect((await archive.listChats()).entries).to.deep.equal([])
    const [listed] = (await service.listKeys({ limit: 1 })).entries
    expect(listed).to.include({ id: made.id, name: 'archive' }).and.not.have.property('secret')
    await service.revokeKey(made.id)
    expect(isProblem(await rejection(archive.listChats()), 'unauthenticated')).to.equal(true)
  })

  it('tells members apart from those who were members, in the events of a chat', async () => {
    const alice = user('alice')
    const { id } = await alice.createChat({ title: 'Release party' })
    await alice.putMember(id, 'bob', { role: 'reader' })
    await alice.removeMember(id, 'bob')
    await alice.putMember(id, 'carol', { role: 'member' })
    const told: (boolean | undefined)[] = []
    for await (const event of alice.follow(id, { after: 0 })) {
      told.push(event.type === 'member' ? isFormerMember(event.member) : undefined)
      if (told.length === 2) break
    }
    expect(told).to.deep.equal([true, false])
  })
})
