import { expect } from 'chai'
import { MAX_STREAMS_OF_A_USER } from '../../src/interfaces/http/endpoint/limits.ts'
import { bearer } from '../callers.ts'
import { type Client, clientOf } from '../client.ts'
import { aKeyOn, asRoot, asUser, aTokenOf, GUARDED, inSeconds } from '../credentials.ts'
import { figuresOn } from '../figures.ts'
import { upTo } from '../fixtures.ts'
import { releasing } from '../releasing.ts'
import { memoryStorage, served } from '../served.ts'
import { follow } from '../stream.ts'

describe('The metrics of refusals', () => {
  const hold = releasing()

  const serving = async (environment: Record<string, string> = {}): Promise<Client> => {
    const messenger = hold(await served(memoryStorage(), { ...GUARDED, ...environment }), ({ stop }) => stop())
    return clientOf(messenger.url)
  }

  const beginning = async (client: Client, start: string) =>
    Object.fromEntries(
      [...(await figuresOn(client, asRoot))].flatMap(([name, value]) =>
        name.startsWith(start) ? [[/="(\w+)"/.exec(name)?.[1] ?? '', value]] : [],
      ),
    )

  it('count who may not ask by the reason, and all reasons from the start', async () => {
    const client = await serving()
    expect(await beginning(client, 'auth_refusals_total')).to.deep.equal({
      missing: 0,
      expired: 0,
      invalid: 0,
      forbidden: 0,
    })
    const key = await aKeyOn(client, ['read'])
    const stale = bearer(aTokenOf('ada', { exp: inSeconds(-10) }))
    const forged = bearer(aTokenOf('ada', {}, { secret: 'not what the tests sign tokens with, but another' }))
    const statusOf = async (headers: Record<string, string>) => (await client.get<unknown>('/chats/', headers)).status
    expect([await statusOf({}), await statusOf({ authorization: 'Basic YTpi' })]).to.deep.equal([401, 401])
    expect([await statusOf(stale), await statusOf(forged), await statusOf(bearer('x'))]).to.deep.equal([401, 401, 401])
    expect((await client.post('/chats/', { title: 'x' }, key.headers)).status).to.equal(403)
    expect(await statusOf(asUser('ada'))).to.equal(200)
    expect(await beginning(client, 'auth_refusals_total')).to.deep.equal({
      missing: 2,
      expired: 1,
      invalid: 2,
      forbidden: 1,
    })
  })

  it('count what was used up: writes and streams of a user, and streams of the server', async () => {
    const client = await serving({ RATE_LIMIT: '1', STREAM_LIMIT: String(MAX_STREAMS_OF_A_USER + 1) })
    const writes = await Promise.all(upTo(10).map(() => client.post<unknown>('/chats/', { title: 'x' }, asUser('ada'))))
    const refused = writes.filter(({ status }) => status === 429).length
    expect(refused).to.be.greaterThan(5)
    const statuses: number[] = []
    const open = async (user: string) => {
      const stream = hold(await follow(client.url, `/users/${user}/inbox/events`, asUser(user)), ({ cut }) => cut())
      statuses.push(stream.status)
    }
    for (let n = 0; n <= MAX_STREAMS_OF_A_USER; n++) await open('ada')
    for (const user of ['bob', 'carl', 'dora']) await open(user)
    expect(statuses.slice(-4)).to.deep.equal([429, 200, 503, 503])
    expect(await beginning(client, 'limit_refusals_total')).to.deep.equal({
      writes: refused,
      streams: 1,
      all_streams: 2,
    })
  })
})
