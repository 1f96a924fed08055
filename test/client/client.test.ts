import { expect } from 'chai'
import { type Client, createClient, etagOf, isProblem, ProblemError, UnexpectedAnswer } from '../../src/client/index.ts'
import { createMessenger, type TestMessenger } from '../../src/testing/index.ts'
import { rejection } from './rejection.ts'

describe('The client', () => {
  let messenger: TestMessenger
  let client: Client

  beforeEach(() => {
    messenger = createMessenger()
    client = createClient({ fetch: messenger.fetch })
  })
  afterEach(() => messenger.close())

  it('has a way to everything that the service does', async () => {
    const { id } = await client.createChat({ title: ' Release party ' })
    expect(await client.getChat(id)).to.deep.include({ title: 'Release party', messages: [] })
    expect(await client.updateChat(id, { title: 'Friday' })).to.include({ title: 'Friday' })
    expect(await client.sendMessage(id, { text: 'hello' })).to.include({ id: 1, chat_id: id, text: 'hello' })
    expect(await client.editMessage(id, 1, { text: 'hello!' })).to.include({ text: 'hello!' })
    expect(await client.getMessage(id, 1)).to.include({ text: 'hello!' })
    expect((await client.getChat(id, { limit: 1 })).messages).to.have.length(1)
    expect(await client.deleteMessage(id, 1)).to.equal(undefined)
    expect((await client.listMessages(id)).entries).to.deep.equal([])
    expect((await client.listChats({ limit: 1 })).entries.map((chat) => chat.id)).to.deep.equal([id])
    expect(await client.deleteChat(id)).to.equal(undefined)
    expect(await messenger.chats()).to.deep.equal([])
  })

  it('speaks to a service at a URL, with or without a slash at its end', async () => {
    const url = await messenger.listen()
    for (const baseUrl of [url, `${url}/`]) await createClient({ baseUrl }).createChat({ title: 'x' })
    expect(await messenger.chats()).to.have.length(2)
  })

  it('leads through the pages of a list in both directions', async () => {
    const { id } = await client.createChat({ title: 'Release party' })
    for (let n = 1; n <= 5; n++) await client.sendMessage(id, { text: `message ${n}` })
    const first = await client.listMessages(id, { limit: 2, after: 0, order: 'asc' })
    const second = await first.next?.()
    const third = await second?.next?.()
    const ids = [first, second, third].map((page) => page?.entries.map((message) => message.id))
    expect(ids).to.deep.equal([[1, 2], [3, 4], [5]])
    expect([third?.next, first.previous, first.revision]).to.deep.equal([undefined, undefined, 5])
    expect((await third?.previous?.())?.entries).to.deep.equal(second?.entries)
  })

  it('throws what the service refuses, with the problem and its kind', async () => {
    const missing = await rejection(client.getChat(99))
    expect(missing).to.be.instanceOf(ProblemError).and.include({ message: 'Not found: Chat 99 was not found' })
    expect([isProblem(missing), isProblem(missing, 'not-found'), isProblem(missing, 'unavailable')]).to.deep.equal([
      true,
      true,
      false,
    ])
    const blank = (await rejection(client.createChat({ title: ' ' }))) as ProblemError
    expect(blank.problem.errors).to.deep.include({
      pointer: '#/title',
      code: 'blank',
      detail: 'must contain more than white space',
    })
  })

  it('tells a service from something that only answers in its place', async () => {
    const proxy = createClient({ fetch: async () => new Response('<h1>Forbidden</h1>', { status: 403 }) })
    expect(await rejection(proxy.listChats()))
      .to.be.instanceOf(UnexpectedAnswer)
      .and.include({ status: 403 })
  })

  it('changes only what the caller last saw, when it says what that was', async () => {
    const { id } = await client.createChat({ title: 'Release party' })
    const message = await client.sendMessage(id, { text: 'hello' })
    const edited = await client.editMessage(id, 1, { text: 'hello!' }, { ifMatch: etagOf(message) })
    const stale = await rejection(client.deleteMessage(id, 1, { ifMatch: etagOf(message) }))
    expect(isProblem(stale, 'precondition-failed')).to.equal(true)
    await client.deleteMessage(id, 1, { ifMatch: etagOf(edited) })
    expect([etagOf(await client.listMessages(id)), etagOf({ ...edited })]).to.deep.equal(['"3"', undefined])
  })

  it('sends its headers with everything, and is given up when the caller says so', async () => {
    const sent: Headers[] = []
    const fetch: typeof globalThis.fetch = (input, init) => {
      sent.push(new Headers(init?.headers))
      return messenger.fetch(input, init)
    }
    const named = createClient({ fetch, headers: { 'x-request-id': 'request-0001' } })
    await named.createChat({ title: 'x' })
    await named.listChats()
    expect(sent.map((headers) => headers.get('x-request-id'))).to.deep.equal(['request-0001', 'request-0001'])
    messenger.fail('timeout')
    const reason = new Error('enough')
    const controller = new AbortController()
    const waiting = named.listChats({}, { signal: controller.signal })
    setTimeout(() => controller.abort(reason), 5)
    expect(await rejection(waiting)).to.equal(reason)
  })
})
