import { expect } from 'chai'
import { type Client, type ClientOptions, createClient, etagOf, isProblem } from '../../src/client/index.ts'
import { retryAfter } from '../../src/client/patience.ts'
import { createMessenger, type TestMessenger } from '../../src/testing/index.ts'
import { rejection } from './rejection.ts'

describe('What the client tries again', () => {
  let messenger: TestMessenger
  let client: Client
  let pauses: number[]

  const aClient = (options: ClientOptions = {}) =>
    createClient({
      fetch: messenger.fetch,
      wait: async (milliseconds) => void pauses.push(milliseconds),
      ...options,
    })

  beforeEach(async () => {
    messenger = createMessenger()
    pauses = []
    client = aClient()
    await client.createChat({ title: 'Release party' })
    await client.sendMessage(1, { text: 'hello' })
  })
  afterEach(() => messenger.close())

  for (const fault of ['unavailable', 'timeout', 'lost-answer'] as const) {
    // Soon enough for the test, and later than any answer that comes.
    const impatient = () => aClient(fault === 'timeout' ? { timeout: 400 } : {})

    it(`is a message sent, which is sent once: ${fault}`, async () => {
      const client = impatient()
      messenger.fail(fault, 'sendMessage')
      messenger.fail(fault, 'sendMessage')
      expect(await client.sendMessage(1, { text: 'once' })).to.include({ id: 2 })
      expect([(await messenger.messages(1)).length, pauses.length]).to.deep.equal([2, 2])
    })

    it(`is every other request: ${fault}`, async () => {
      const client = impatient()
      messenger.fail(fault, 'createChat')
      messenger.fail(fault, 'listMessages')
      messenger.fail(fault, 'editMessage')
      messenger.fail(fault, 'updateChat')
      messenger.fail(fault, 'deleteMessage')
      messenger.fail(fault, 'putMember')
      messenger.fail(fault, 'listMembers')
      messenger.fail(fault, 'removeMember')
      messenger.fail(fault, 'revokeKey')
      messenger.fail(fault, 'deleteChat')
      expect(await client.createChat({ title: 'once' })).to.include({ id: 2 })
      expect((await client.listMessages(1)).entries).to.have.length(1)
      expect(await client.editMessage(1, 1, { text: 'edited' })).to.include({ text: 'edited' })
      expect(await client.updateChat(1, { title: 'renamed' })).to.include({ title: 'renamed' })
      await client.deleteMessage(1, 1)
      expect(await client.putMember(1, 'alice', { role: 'owner' })).to.include({ role: 'owner' })
      expect((await client.listMembers(1)).entries).to.have.length(1)
      await client.removeMember(1, 'alice')
      await client.revokeKey((await client.createKey({ name: 'archive', scopes: ['read'] })).id)
      await client.deleteChat(1)
      expect((await messenger.chats()).map(({ id }) => id)).to.deep.equal([2])
      expect(pauses).to.have.length(10)
    })

    it(`is not the making of a key, of which nobody would know the secret: ${fault}`, async () => {
      const client = impatient()
      messenger.fail(fault, 'createKey')
      await rejection(client.createKey({ name: 'archive', scopes: ['read'] }))
      const { entries } = await client.listKeys()
      expect([entries.length, pauses]).to.deep.equal([fault === 'lost-answer' ? 1 : 0, []])
    })
  }

  it('is what was one too many, when the service says so: the making of a key as well', async () => {
    let refusals = 2
    const client = aClient({
      fetch: async (input, init) =>
        refusals-- > 0
          ? new Response('', { status: 429, headers: { 'retry-after': '3' } })
          : messenger.fetch(input, init),
    })
    expect(await client.createKey({ name: 'archive', scopes: ['read'] })).to.include({ name: 'archive' })
    expect(pauses.map((pause) => pause >= 3000)).to.deep.equal([true, true])
    refusals = 1
    await client.putMember(1, 'alice', { role: 'owner' })
    expect(pauses).to.have.length(3)
  })

  it('is an edit on a condition: when its first attempt was kept, it finds its own text', async () => {
    const message = await client.getMessage(1, 1)
    messenger.fail('lost-answer', 'editMessage')
    const edited = await client.editMessage(1, 1, { text: ' edited ' }, { ifMatch: etagOf(message) })
    expect([edited.text, etagOf(edited)]).to.deep.equal(['edited', '"2"'])
  })

  it('is an edit on a condition: when somebody else came first, it is refused', async () => {
    const message = await client.getMessage(1, 1)
    await client.editMessage(1, 1, { text: 'mine' })
    messenger.fail('unavailable', 'editMessage')
    const refused = await rejection(client.editMessage(1, 1, { text: 'yours' }, { ifMatch: etagOf(message) }))
    expect(isProblem(refused, 'precondition-failed')).to.equal(true)
  })

  it('is not what was refused, nor a first deletion that finds nothing', async () => {
    await rejection(client.sendMessage(1, { text: '' }))
    expect(isProblem(await rejection(client.deleteMessage(1, 99)), 'not-found')).to.equal(true)
    expect(pauses).to.deep.equal([])
  })

  it('is given up after the attempts allowed, with the last refusal', async () => {
    for (let n = 0; n < 9; n++) messenger.fail('unavailable')
    expect(isProblem(await rejection(aClient({ attempts: 3 }).getChat(1)), 'unavailable')).to.equal(true)
    expect(pauses).to.have.length(2)
    expect(isProblem(await rejection(client.getChat(1)), 'unavailable')).to.equal(true)
    expect(pauses).to.have.length(6)
  })

  describe('with pauses', () => {
    const random = Math.random
    afterEach(() => {
      Math.random = random
    })
    /** Of a service that does not say how long to wait. */
    const pausesAt = async (part: number, attempts: number) => {
      Math.random = () => part
      await rejection(aClient({ attempts, fetch: async () => new Response('', { status: 503 }) }).listChats())
      return pauses.splice(0).map(Math.round)
    }

    it('that grow up to five seconds, of which a random part is waited', async () => {
      expect(await pausesAt(1, 9)).to.deep.equal([200, 400, 800, 1600, 3200, 5000, 5000, 5000])
      expect(await pausesAt(0.5, 4)).to.deep.equal([100, 200, 400])
    })
  })

  const statusesTried = async (statuses: readonly number[]) => {
    const tried: number[] = []
    for (const status of statuses) {
      let attempts = 0
      const fetch = async () => {
        attempts += 1
        return new Response('', { status })
      }
      await rejection(aClient({ fetch, attempts: 2 }).sendMessage(1, { text: 'x' }))
      if (attempts > 1) tried.push(status)
    }
    return tried
  }

  it('is what may pass, and no other status', async () => {
    const statuses = [
      400, 401, 403, 404, 406, 408, 409, 412, 413, 415, 422, 425, 429, 431, 500, 501, 502, 503, 504, 505,
    ]
    expect(await statusesTried(statuses)).to.deep.equal([408, 429, 502, 503, 504])
  })

  it('is not a condition that failed at the first attempt, whatever is there', async () => {
    const message = await client.getMessage(1, 1)
    await client.editMessage(1, 1, { text: 'the same' })
    const asked: string[] = []
    const watched = aClient({
      fetch: (input, init) => {
        asked.push(init?.method ?? '')
        return messenger.fetch(input, init)
      },
    })
    const refused = await rejection(watched.editMessage(1, 1, { text: 'the same' }, { ifMatch: etagOf(message) }))
    expect(isProblem(refused, 'precondition-failed')).to.equal(true)
    expect(asked).to.deep.equal(['PATCH'])
  })

  it('waits as long as the service asks for, and longer each time', async () => {
    for (let n = 0; n < 4; n++) messenger.fail('unavailable')
    await client.getChat(1)
    expect(pauses).to.have.length(4)
    for (const [index, pause] of pauses.entries()) expect(pause).to.be.within(1000, Math.max(1000, 200 * 2 ** index))
  })

  it('does not wait for a service that asks for more than half a minute', async () => {
    const headers = { 'retry-after': '3600' }
    const closed = aClient({ fetch: async () => new Response('closed', { status: 503, headers }) })
    await rejection(closed.listChats())
    expect(pauses).to.deep.equal([])
  })

  it('reads Retry-After as seconds or as a date', () => {
    const now = Date.parse('2026-03-14T12:00:00Z')
    expect(retryAfter(null, now)).to.equal(0)
    expect(retryAfter('7', now)).to.equal(7000)
    expect(retryAfter('Sat, 14 Mar 2026 12:00:30 GMT', now)).to.equal(30_000)
    expect(retryAfter('Sat, 14 Mar 2026 11:00:00 GMT', now)).to.equal(0)
    expect(retryAfter('soon', now)).to.equal(0)
  })

  it('bears one key, the one the caller names if it does', async () => {
    await client.sendMessage(1, { text: 'once' }, { idempotencyKey: 'release-2.0' })
    await aClient().sendMessage(1, { text: 'once' }, { idempotencyKey: 'release-2.0' })
    expect(await messenger.messages(1)).to.have.length(2)
  })

  it('waits in real time by itself, and not beyond the caller', async () => {
    const real = createClient({ fetch: messenger.fetch, attempts: 2 })
    messenger.fail('unavailable')
    const reason = new Error('enough')
    const controller = new AbortController()
    setTimeout(() => controller.abort(reason), 20)
    expect(await rejection(real.listChats({}, { signal: controller.signal }))).to.equal(reason)
    messenger.fail('lost-answer')
    expect((await real.listChats()).entries).to.have.length(1)
  })
})
