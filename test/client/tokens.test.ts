import { mock } from 'node:test'
import { expect } from 'chai'
import { type ClientOptions, createClient, isProblem } from '../../src/client/index.ts'
import { createMessenger, type TestMessenger } from '../../src/testing/index.ts'
import { releasing } from '../releasing.ts'
import { until } from '../until.ts'
import { rejection } from './rejection.ts'

describe('A token that is asked for', () => {
  const hold = releasing()
  let messenger: TestMessenger
  let pauses: number[]
  let sent: (string | null)[]

  beforeEach(() => {
    messenger = createMessenger({ authentication: true })
    pauses = []
    sent = []
  })
  afterEach(() => messenger.close())

  const MINUTE = 60_000
  const aToken = () => messenger.tokenFor('alice', { expiresIn: MINUTE })

  const aClient = (token: ClientOptions['token'], options: ClientOptions = {}) =>
    createClient({
      token,
      fetch: (input, init) => {
        sent.push(new Headers(init?.headers).get('authorization'))
        return messenger.fetch(input, init)
      },
      wait: async (milliseconds) => void pauses.push(milliseconds),
      ...options,
    })

  /** Gives a new token each time it is asked, a moment later. */
  const source = (give: () => string = aToken) => {
    let asked = 0
    return {
      asked: () => asked,
      token: async () => {
        asked += 1
        await new Promise((resolve) => setImmediate(resolve))
        return give()
      },
    }
  }

  it('is asked for when it is needed, and kept for all who need one', async () => {
    const { asked, token } = source()
    const client = aClient(token)
    expect(asked()).to.equal(0)
    await Promise.all([
      client.listChats(),
      client.listChats({ visibility: 'public' }),
      client.createChat({ title: 'x' }),
    ])
    await client.as('alice').listChats()
    expect([asked(), new Set(sent).size]).to.deep.equal([1, 1])
  })

  it('is replaced before it expires, where that is known, and not before that is near', async () => {
    mock.timers.enable({ apis: ['Date'] })
    hold(mock.timers, (timers) => timers.reset())
    let asked = 0
    const client = aClient(async () => {
      asked += 1
      return { token: aToken(), expiresIn: MINUTE }
    })
    const after = async (milliseconds: number) => {
      mock.timers.tick(milliseconds)
      messenger.clock.advance(milliseconds)
      await Promise.all([client.listChats(), client.as('alice').listChats()])
      return asked
    }
    expect([
      await after(0),
      await after(53_999),
      await after(1),
      await after(53_999),
      await after(MINUTE),
    ]).to.deep.equal([1, 1, 2, 2, 3])
    expect(sent).to.have.length(10)
  })

  it('may come at once', async () => {
    expect((await aClient(aToken).listChats()).entries).to.deep.equal([])
  })

  it('is asked for again when it is refused, once for all who were, and the requests are sent again without a pause', async () => {
    const { asked, token } = source()
    const client = aClient(token)
    const { id } = await client.createChat({ title: 'Release party' })
    messenger.clock.advance(MINUTE)
    const texts = ['one', 'two', 'three']
    await Promise.all(texts.map((text) => client.sendMessage(id, { text })))
    expect(asked()).to.equal(2)
    expect((await messenger.messages(id)).map(({ text }) => text)).to.have.members(texts)
    expect(pauses).to.deep.equal([])
  })

  it('is not asked for again for a refusal that comes late, of a token that was let go before', async () => {
    const { asked, token } = source()
    const late = Promise.withResolvers<undefined>()
    let isFirst = true
    const client = aClient(token, {
      fetch: async (input, init) => {
        const response = await messenger.fetch(input, init)
        const isLate = isFirst && /public/.test(input as string)
        if (isLate) isFirst = false
        if (isLate) await late.promise
        return response
      },
    })
    await client.listChats()
    messenger.clock.advance(MINUTE)
    const slow = client.listChats({ visibility: 'public' })
    await client.listChats()
    late.resolve(undefined)
    await slow
    expect(asked()).to.equal(2)
  })

  it('is asked for once more only: what is refused then, is', async () => {
    const { asked, token } = source(() => 'good-for-nothing')
    expect(isProblem(await rejection(aClient(token).listChats()), 'unauthenticated')).to.equal(true)
    expect([asked(), sent.length, pauses]).to.deep.equal([2, 2, []])
  })

  it('is not asked for where it was given: then a refusal is one', async () => {
    const client = aClient(aToken())
    messenger.clock.advance(MINUTE)
    expect(isProblem(await rejection(client.listChats()), 'unauthenticated')).to.equal(true)
    expect([sent.length, pauses]).to.deep.equal([1, []])
  })

  it('that cannot be had is a failed connection: tried again, and then thrown', async () => {
    let asked = 0
    const away = new TypeError('no network')
    const token = async () => {
      if (++asked < 3) throw away
      return aToken()
    }
    expect((await aClient(token).listChats()).entries).to.deep.equal([])
    expect([asked, pauses.length]).to.deep.equal([3, 2])
    const never = async () => Promise.reject(away)
    expect(await rejection(aClient(never, { attempts: 2 }).listChats())).to.equal(away)
  })

  it('that does not come in time is not waited for, and asked for anew', async () => {
    let asked = 0
    const token = () => (++asked === 1 ? new Promise<string>(() => {}) : aToken())
    expect((await aClient(token, { timeout: 400 }).listChats()).entries).to.deep.equal([])
    const waiting = new AbortController()
    const silent = aClient(() => new Promise<string>(() => {}))
    const call = rejection(silent.listChats({}, { signal: waiting.signal }))
    const reason = new Error('enough')
    waiting.abort(reason)
    expect(await call).to.equal(reason)
  })

  describe('by a follower', () => {
    it('is asked for again when the stream ended with it, and nothing is missed', async () => {
      const { asked, token } = source()
      const [client, writer] = [aClient(token), aClient(messenger.tokenFor('alice'))]
      const { id } = await client.createChat({ title: 'Release party' })
      await writer.sendMessage(id, { text: 'one' })
      const told: number[] = []
      for await (const event of client.follow(id, { after: 0 })) {
        if (event.type !== 'message') continue
        told.push(event.message.id)
        if (told.length === 1) {
          messenger.clock.advance(MINUTE)
          await until(async () => (await openStreams()) === 0)
          await writer.sendMessage(id, { text: 'two' })
        }
        if (told.length === 2) break
      }
      expect([told, asked()]).to.deep.equal([[1, 2], 2])
    })

    it('is thrown for when it was refused twice, also once the stream had begun', async () => {
      const token = aToken()
      const client = aClient(async () => token)
      const { id } = await client.createChat({ title: 'Release party' })
      await client.sendMessage(id, { text: 'one' })
      const following = (async () => {
        for await (const _ of client.follow(id, { after: 0 })) messenger.clock.advance(MINUTE)
      })()
      expect(isProblem(await rejection(following), 'unauthenticated')).to.equal(true)
    })
  })

  const openStreams = async () => {
    const headers = { authorization: `Bearer ${await messenger.keyFor(['metrics'])}` }
    const text = await (await messenger.fetch('/metrics', { headers })).text()
    return Number(/^event_streams_open (\d+)/m.exec(text)?.[1])
  }
})
