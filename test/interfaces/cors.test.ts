import { expect } from 'chai'
import { aService, aUser, bearer, tokens } from '../callers.ts'
import { aChatOn, clientOf } from '../client.ts'
import { releasing } from '../releasing.ts'
import { memoryStorage, served } from '../served.ts'
import { follow } from '../stream.ts'

const OURS = 'https://chat.example'
const THEIRS = 'https://evil.example'
const EXPOSED = 'ETag, Link, Location, Retry-After, RateLimit, Idempotency-Replayed, X-Request-Id'

const preflight = (origin: string, method = 'POST') => ({
  headers: { origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization' },
})

/** What a browser reads of the answer, by its name behind `access-control-`. */
const letIn = ({ headers }: { readonly headers: Headers }) =>
  Object.fromEntries(
    [...headers].flatMap(([name, value]) => (/^access-control-(.*)/.exec(name) ? [[name.slice(15), value]] : [])),
  )

describe('Pages of other origins', () => {
  const hold = releasing()

  const serving = async (environment: Record<string, string>, token?: string) => {
    const known = token === undefined ? undefined : tokens({ [token]: aUser('anna'), service: aService('write') })
    const messenger = hold(await served(memoryStorage(), environment, undefined, known), ({ stop }) => stop())
    return clientOf(messenger.url)
  }

  it('are not let in unless the server was told of them', async () => {
    const client = await serving({})
    const { status, headers } = await client.request('OPTIONS', '/chats/', preflight(OURS))
    expect([status, headers.get('allow')]).to.deep.equal([204, 'GET, POST, HEAD, OPTIONS'])
    expect(letIn({ headers })).to.deep.equal({})
    for (const target of ['/chats/', '/livez', '/docs/']) {
      const answer = await client.get(target, { origin: OURS })
      expect([letIn(answer), /(^|, )Origin/.test(answer.headers.get('vary') ?? '')], target).to.deep.equal([
        {},
        target === '/chats/',
      ])
    }
  })

  it('are told before they ask what they may ask, without a credential', async () => {
    const client = await serving({ CORS_ORIGINS: `http://localhost:3000, ${OURS}` }, 'anna')
    for (const [target, allow] of [
      ['/chats/', 'GET, POST, HEAD, OPTIONS'],
      ['/chats/1', 'GET, PATCH, DELETE, HEAD, OPTIONS'],
      ['/chats/1/events', 'GET, HEAD, OPTIONS'],
    ] as const) {
      const answer = await client.request('OPTIONS', target, preflight(OURS))
      expect(answer.status).to.equal(204)
      expect(letIn(answer), target).to.deep.equal({
        'allow-origin': OURS,
        'allow-methods': allow,
        'allow-headers':
          'Authorization, On-Behalf-Of, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, X-Request-Id',
        'max-age': '7200',
        'expose-headers': EXPOSED,
      })
      expect(answer.headers.get('vary')).to.equal('Origin')
    }
    const other = await client.request('OPTIONS', '/chats/', preflight(THEIRS))
    expect([other.status, letIn(other), other.headers.get('vary')]).to.deep.equal([204, {}, 'Origin'])
    const plain = await client.request('OPTIONS', '/chats/', { headers: { origin: OURS } })
    expect(Object.keys(letIn(plain))).to.have.members(['allow-origin', 'expose-headers'])
  })

  it('may read every answer, refusals too, and no cookie is asked for', async () => {
    const client = await serving({ CORS_ORIGINS: OURS }, 'anna')
    const origin = { origin: OURS }
    const answers = [
      await client.get('/chats/', { ...origin, ...bearer('anna') }),
      await client.get('/chats/', origin),
      await client.get('/chats/', { ...origin, ...bearer('service') }),
      await client.get('/chats/999', { ...origin, ...bearer('anna') }),
      await client.get('/nowhere', origin),
      await client.get('/livez', origin),
      await client.get('/docs/', origin),
      await client.request('PUT', '/chats/', { headers: origin }),
    ]
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 401, 403, 404, 404, 200, 200, 405])
    for (const answer of answers)
      expect(letIn(answer)).to.deep.equal({ 'allow-origin': OURS, 'expose-headers': EXPOSED })
  })

  it('may follow chats', async () => {
    const client = await serving({ CORS_ORIGINS: OURS })
    const stream = hold(await follow(client.url, `${await aChatOn(client)}/events`, { origin: OURS }), ({ cut }) =>
      cut(),
    )
    expect(letIn(stream)).to.deep.equal({ 'allow-origin': OURS, 'expose-headers': EXPOSED })
  })

  it('of an origin that was not named read nothing, and caches keep the answers apart', async () => {
    const client = await serving({ CORS_ORIGINS: OURS })
    for (const origin of [
      THEIRS,
      'null',
      `${OURS}.evil.example`,
      OURS.toUpperCase(),
      'http://chat.example',
      `${OURS}:8443`,
    ])
      for (const target of ['/chats/', '/livez']) {
        const answer = await client.get(target, { origin })
        expect(letIn(answer), origin).to.deep.equal({})
        expect(answer.headers.get('vary'), origin).to.match(/Origin$/)
      }
    for (const target of ['/livez', '/']) expect((await client.get(target)).headers.get('vary')).to.match(/Origin/)
  })

  it('are all let in by *, each the same way', async () => {
    const client = await serving({ CORS_ORIGINS: '*' })
    for (const origin of [OURS, 'null', 'capacitor://localhost']) {
      const answer = await client.get('/livez', { origin })
      expect([letIn(answer)['allow-origin'], answer.headers.get('vary')], origin).to.deep.equal(['*', null])
      expect(letIn(await client.request('OPTIONS', '/chats/', preflight(origin)))['allow-origin']).to.equal('*')
    }
    expect(letIn(await client.get('/livez'))).to.deep.equal({})
  })
})
