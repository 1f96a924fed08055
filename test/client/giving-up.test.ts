import { mock } from 'node:test'
import { expect } from 'chai'
import { type Client, createClient, isAborted, isProblem, isTimeout } from '../../src/client/index.ts'
import { createMessenger } from '../../src/testing/index.ts'
import { releasing } from '../releasing.ts'
import { rejection } from './rejection.ts'

/** One call of each kind that there is. */
const calls: Readonly<Record<string, (client: Client, signal?: AbortSignal) => Promise<unknown>>> = {
  'a read': (client, signal) => client.getChat(1, {}, { signal }),
  'a page': (client, signal) => client.listChats({}, { signal }),
  'what makes something': (client, signal) => client.sendMessage(1, { text: 'x' }, { signal }),
  'what makes a secret': (client, signal) => client.createKey({ name: 'x', scopes: ['read'] }, { signal }),
  'a change': (client, signal) => client.updateChat(1, { title: 'x' }, { signal }),
  'a removal': (client, signal) => client.deleteChat(1, { signal }),
  'what puts': (client, signal) => client.putMember(1, 'bob', { role: 'member' }, { signal }),
  'what puts nothing': (client, signal) => client.as('bob').addReaction(1, 1, '+1', { signal }),
  'what is told': (client, signal) => client.as('bob').sendTyping(1, { signal }),
}

/** Answers nothing until it is aborted, and then says of why what old browsers do: nothing. */
const silent: typeof globalThis.fetch = (_input, init) =>
  new Promise((_, reject) => {
    const give = () => reject(new DOMException('The operation was aborted.', 'AbortError'))
    if (init?.signal?.aborted) give()
    else init?.signal?.addEventListener('abort', give)
  })

const saysOf = (error: unknown) => ({ isTimeout: isTimeout(error), isAborted: isAborted(error) })
const LATE = { isTimeout: true, isAborted: false }
const ABORTED = { isTimeout: false, isAborted: true }
const NEITHER = { isTimeout: false, isAborted: false }

describe('Who gave a call up', () => {
  const hold = releasing()
  const wait = async () => {}

  for (const [what, call] of Object.entries(calls)) {
    it(`is the client's deadline, or the caller: ${what}`, async () => {
      const client = createClient({ fetch: silent, wait, attempts: 2, timeout: 5 })
      const late = await rejection(call(client))
      expect(saysOf(late)).to.deep.equal(LATE)
      expect(late).to.include({ name: 'TimeoutError', message: 'no answer within 5 ms' })

      const caller = new AbortController()
      const patient = createClient({ fetch: silent, wait })
      const before = rejection(call(patient, AbortSignal.abort()))
      const during = rejection(call(patient, caller.signal))
      caller.abort()
      expect([await before, await during].map(saysOf)).to.deep.equal([ABORTED, ABORTED])
      expect(await during).to.equal(caller.signal.reason)
    })
  }

  it('is the caller between two attempts, and while a token is fetched', async () => {
    const messenger = hold(createMessenger(), ({ close }) => close())
    messenger.fail('unavailable')
    const waits = createClient({ fetch: messenger.fetch, wait: () => Promise.reject(new Error('of the test')) })
    expect(saysOf(await rejection(waits.listChats()))).to.deep.equal(NEITHER)

    for (const own of [false, true]) {
      messenger.fail('unavailable')
      const caller = new AbortController()
      const wait = () => {
        caller.abort()
        return Promise.reject(new Error('of the test'))
      }
      if (!own) setTimeout(() => caller.abort(), 20)
      const client = createClient({ fetch: messenger.fetch, wait: own ? wait : undefined })
      expect(saysOf(await rejection(client.listChats({}, { signal: caller.signal })))).to.deep.equal(ABORTED)
    }

    const caller = new AbortController()
    const client = createClient({ fetch: messenger.fetch, token: () => new Promise<string>(() => {}) })
    const waiting = rejection(client.listChats({}, { signal: caller.signal }))
    caller.abort()
    expect(saysOf(await waiting)).to.deep.equal(ABORTED)
  })

  it("is the caller, when the caller's own time is over", async () => {
    const error = await rejection(createClient({ fetch: silent }).listChats({}, { signal: AbortSignal.timeout(5) }))
    expect(error).to.include({ name: 'TimeoutError' })
    expect(saysOf(error)).to.deep.equal(ABORTED)
  })

  it('is an error also for a reason that is none', async () => {
    for (const reason of ['left the page', 7, null, { page: 'left' }]) {
      const signal = AbortSignal.abort(reason)
      const error = await rejection(createClient({ fetch: silent }).listChats({}, { signal }))
      expect(saysOf(error)).to.deep.equal(ABORTED)
      if (typeof reason === 'object' && reason !== null) expect(error).to.equal(reason)
      else expect(error).to.be.instanceOf(Error).and.include({ name: 'AbortError', cause: reason })
    }
  })

  it('is nobody when the service or the network fails', async () => {
    const messenger = hold(createMessenger(), ({ close }) => close())
    const client = createClient({ fetch: messenger.fetch, attempts: 1 })
    const missing = await rejection(client.getChat(1))
    expect([isProblem(missing), saysOf(missing)]).to.deep.equal([true, NEITHER])
    messenger.fail('lost-answer')
    expect(saysOf(await rejection(client.listChats()))).to.deep.equal(NEITHER)
    const stranger = [new DOMException('x', 'TimeoutError'), new DOMException('x', 'AbortError'), undefined, 'x']
    expect(stranger.map(saysOf)).to.deep.equal(stranger.map(() => NEITHER))
  })

  it('is the deadline of a stream that never began; one that the caller ends is no error', async () => {
    mock.timers.enable({ apis: ['setTimeout'] })
    hold(mock.timers, (timers) => timers.reset())
    const client = createClient({ fetch: silent, wait, attempts: 1 })
    for (const stream of [client.follow(1), client.followAll([1]), client.followInbox('bob')]) {
      const late = rejection(stream.next())
      await new Promise(setImmediate)
      mock.timers.tick(45_000)
      expect(saysOf(await late)).to.deep.equal(LATE)
    }
    const caller = new AbortController()
    const ended = client.follow(1, { signal: caller.signal }).next()
    caller.abort()
    expect(await ended).to.deep.equal({ done: true, value: undefined })
  })
})
