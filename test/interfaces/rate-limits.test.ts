import { expect } from 'chai'
import type { Caller } from '../../src/domain/caller.ts'
import { limitFields } from '../../src/interfaces/http/endpoint/quota.ts'
import { MAX_STREAMS_OF_A_USER } from '../../src/interfaces/http/endpoint/limits.ts'
import { aService, aUser, bearer, tokens } from '../callers.ts'
import { aPublicChatOn, type Answer, type Client, clientOf } from '../client.ts'
import { upTo } from '../fixtures.ts'
import { releasing } from '../releasing.ts'
import { memoryStorage, served } from '../served.ts'
import { follow, type Stream } from '../stream.ts'
import { until } from '../until.ts'

const CALLERS: Readonly<Record<string, Caller>> = {
  anna: aUser('anna'),
  bert: aUser('bert'),
  backend: aService('read', 'write', 'act'),
}

describe('The limits of a user', () => {
  const hold = releasing()

  const serving = async (environment: Record<string, string>, authentic = true) => {
    const known = authentic ? tokens(CALLERS) : undefined
    const messenger = hold(await served(memoryStorage(), environment, undefined, known), ({ stop }) => stop())
    return clientOf(messenger.url)
  }

  /** Ten writes at once: how many were done, which were refused, and in how many windows of a second they were at the most. */
  const writes = async (client: Client, headers: Record<string, string>) => {
    const began = performance.now()
    const answers = await Promise.all(upTo(10).map(() => client.post<unknown>('/chats/', { title: 'x' }, headers)))
    const refused = answers.filter(({ status }) => status === 429)
    expect(answers.filter(({ status }) => status !== 429 && status !== 201)).to.deep.equal([])
    return {
      done: answers.length - refused.length,
      refused,
      windows: Math.floor((performance.now() - began) / 1000) + 2,
    }
  }

  const expectRefusal = ({ headers, json }: Answer<unknown>, policy: string, limit: string) => {
    expect(json).to.include({ type: '/problems/rate-limited', status: 429 })
    expect(headers.get('retry-after')).to.equal('1')
    expect(headers.get('ratelimit-policy')).to.equal(policy)
    expect(headers.get('ratelimit')).to.equal(limit)
  }

  it('are so many writes in a second, each by itself, and then there are more', async () => {
    const client = await serving({ RATE_LIMIT: '4' })
    const { done, refused, windows } = await writes(client, bearer('anna'))
    expect(done).to.be.within(4, 4 * windows)
    for (const answer of refused) expectRefusal(answer, '"writes";q=4;w=1', '"writes";r=0;t=1')
    const others = await writes(client, bearer('bert'))
    expect(others.done).to.be.within(4, 4 * others.windows)
    await until(async () => (await client.post<unknown>('/chats/', { title: 'x' }, bearer('anna'))).status === 201)
  })

  it('count that it types as any write', async () => {
    const client = await serving({ RATE_LIMIT: '2' })
    const chat = await aPublicChatOn(client, bearer('bert'))
    const statuses = await Promise.all(
      upTo(10).map(async () => (await client.request('POST', `${chat}/typing`, { headers: bearer('anna') })).status),
    )
    expect(new Set(statuses)).to.deep.equal(new Set([204, 429]))
  })

  it('are for writes alone', async () => {
    const client = await serving({ RATE_LIMIT: '1' })
    await writes(client, bearer('anna'))
    const reads = await Promise.all(upTo(10).map(() => client.get<unknown>('/chats/', bearer('anna'))))
    expect(reads.map(({ status }) => status)).to.deep.equal(Array<number>(10).fill(200))
  })

  for (const authentic of [true, false])
    it(`bind no service, but the user for whom it acts, with authentication ${authentic ? 'on' : 'off'}`, async () => {
      const client = await serving({ RATE_LIMIT: '2' }, authentic)
      const service = authentic ? bearer('backend') : {}
      expect((await writes(client, service)).done).to.equal(10)
      const { done, windows } = await writes(client, { ...service, 'on-behalf-of': 'carl' })
      expect(done).to.be.within(2, 2 * windows)
      expect((await writes(client, service)).done).to.equal(10)
    })

  it('are none unless they are set', async () => {
    const client = await serving({})
    expect((await writes(client, bearer('anna'))).done).to.equal(10)
  })

  it(`are ${MAX_STREAMS_OF_A_USER} event streams at a time, whoever opened them and however, set or not`, async () => {
    const client = await serving({})
    const chat = await aPublicChatOn(client, bearer('backend'))
    const opened = async (headers: Record<string, string>, query = ''): Promise<Stream> =>
      hold(await follow(client.url, `${chat}/events${query}`, headers), ({ cut }) => cut())
    const acting = { ...bearer('backend'), 'on-behalf-of': 'anna' }
    const streams = await Promise.all(
      upTo(MAX_STREAMS_OF_A_USER).map((n) =>
        n % 3 === 0 ? opened({}, '?access_token=anna') : opened(n % 3 === 1 ? bearer('anna') : acting),
      ),
    )
    expect(new Set(streams.map(({ status }) => status))).to.deep.equal(new Set([200]))

    for (const [target, headers] of [
      [`${chat}/events`, acting],
      [`/events?chat_id=${chat.split('/')[2] ?? ''}`, bearer('anna')],
      [`${chat}/events?access_token=anna`, {}],
    ] as const) {
      const refused = await client.get<unknown>(target, { ...headers })
      expect(refused.status).to.equal(429)
      expectRefusal(refused, '"streams";q=20;qu="concurrent-requests"', '"streams";r=0')
    }
    for (const others of [bearer('bert'), bearer('backend')]) expect((await opened(others)).status).to.equal(200)
    expect((await client.get('/chats/999/events', bearer('bert'))).status, 'what was refused holds no room').to.equal(
      404,
    )

    streams[0]?.cut()
    await until(async () => (await opened(bearer('anna'))).status === 200)
  })

  it('say when there is more as the draft does, where that is known', () => {
    expect(limitFields({ of: 'writes', quota: 20, wait: 1 })).to.deep.equal({
      'Retry-After': '1',
      'RateLimit-Policy': '"writes";q=20;w=1',
      RateLimit: '"writes";r=0;t=1',
    })
  })
})
