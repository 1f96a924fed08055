import { expect } from 'chai'
import type { Messenger } from '../../src/messenger.ts'
import { type Client, clientOf } from '../client.ts'
import { GUARDED } from '../credentials.ts'
import { releasing } from '../releasing.ts'
import { memoryStorage, served } from '../served.ts'

/** What browsers ask for when somebody types an address. */
const BROWSERS = [
  'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
  'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8',
  'text/html',
  'application/json;q=0.5, text/html',
]

/** curl, fetch, axios, and who likes both as much. */
const PROGRAMS = ['*/*', 'application/json', 'application/json, text/plain, */*', 'text/html, application/json']

describe('The entry', () => {
  let messenger: Messenger
  let client: Client
  const hold = releasing()

  before(async () => {
    messenger = await served(memoryStorage())
    client = clientOf(messenger.url)
  })
  after(() => messenger.stop())

  it('leads browsers to the documentation where there is no console, and none of its files are there', async () => {
    const without = hold(await served(memoryStorage(), { CONSOLE: 'off' }), ({ stop }) => stop())
    for (const accept of BROWSERS)
      for (const method of ['GET', 'HEAD']) {
        const { status, headers } = await clientOf(without.url).request(method, '/', { headers: { accept } })
        expect([status, headers.get('location'), headers.get('vary')], accept).to.deep.equal([303, '/docs/', 'Accept'])
      }
    const followed = await fetch(without.url, { headers: { accept: 'text/html' } })
    expect([followed.url, followed.status]).to.deep.equal([`${without.url}/docs/`, 200])
    expect((await clientOf(without.url).get('/console/main.js')).status).to.equal(404)
  })

  it('shows browsers the console, which may run and ask for nothing but what is here', async () => {
    for (const accept of BROWSERS)
      for (const method of ['GET', 'HEAD']) {
        const { status, headers } = await client.request(method, '/', { headers: { accept } })
        expect([status, headers.get('content-type'), headers.get('vary')], accept).to.deep.equal([
          200,
          'text/html; charset=utf-8',
          'Accept',
        ])
        expect(headers.get('content-security-policy')?.split(';')).to.include.members([
          "default-src 'none'",
          "script-src 'self'",
          "style-src 'self'",
          "connect-src 'self'",
          "base-uri 'none'",
          "frame-ancestors 'none'",
        ])
      }
  })

  it('has pages of two kinds at one address, each with a tag of its own', async () => {
    const page = await client.get('/', { accept: 'text/html' })
    const tag = page.headers.get('etag') ?? ''
    const kept = await client.get('/', { accept: 'text/html', 'if-none-match': tag })
    expect([kept.status, kept.headers.get('vary')]).to.deep.equal([304, 'Accept'])
    expect(kept.headers.get('content-security-policy')).to.equal(page.headers.get('content-security-policy'))
    expect((await client.get('/', { accept: 'application/json', 'if-none-match': tag })).status).to.equal(200)
  })

  it('is open to everybody, and tells the page whether a credential will be asked for', async () => {
    const guarded = hold(await served(memoryStorage(), GUARDED), ({ stop }) => stop())
    for (const [{ url }, callers] of [
      [messenger, 'anybody'],
      [guarded, 'known'],
    ] as const) {
      const { status, text } = await clientOf(url).get('/', { accept: 'text/html' })
      expect([status, text.includes(`data-callers="${callers}"`)]).to.deep.equal([200, true])
      expect((await clientOf(url).get('/console/main.js')).status).to.equal(200)
    }
  })

  it('tells programs where everything is, and everything is there', async () => {
    for (const accept of PROGRAMS) {
      const { status, headers, json } = await client.get<{ links: Record<string, string> }>('/', { accept })
      expect([status, headers.get('vary')], accept).to.deep.equal([200, 'Accept'])
      for (const link of Object.values(json.links).filter((path) => path !== '/events'))
        expect((await client.get(link)).status, link).to.equal(200)
      expect((await client.get(json.links['events'] ?? '')).json.errors, 'no chat is named').to.deep.include({
        parameter: 'chat_id',
        code: 'required',
        detail: 'is missing',
      })
    }
  })

  it('is read as everything else is: conditions, types and methods', async () => {
    const tag = (await client.get('/')).headers.get('etag') ?? ''
    expect((await client.get('/', { 'if-none-match': tag })).status).to.equal(304)
    expect((await client.get('/', { 'if-match': '"other"' })).status).to.equal(412)
    expect((await client.get('/', { 'if-match': 'other' })).status).to.equal(400)
    expect((await client.get('/', { accept: 'image/png' })).status).to.equal(406)
    expect((await client.request('POST', '/')).status).to.equal(405)
    expect((await client.request('OPTIONS', '/')).headers.get('allow')).to.equal('GET, HEAD, OPTIONS')
  })
})
