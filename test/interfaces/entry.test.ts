import { expect } from 'chai'
import type { Messenger } from '../../src/messenger.ts'
import { type Client, clientOf } from '../client.ts'
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

  before(async () => {
    messenger = await served(memoryStorage())
    client = clientOf(messenger.url)
  })
  after(() => messenger.stop())

  it('leads browsers to the documentation', async () => {
    for (const accept of BROWSERS)
      for (const method of ['GET', 'HEAD']) {
        const { status, headers } = await client.request(method, '/', { headers: { accept } })
        expect([status, headers.get('location'), headers.get('vary')], accept).to.deep.equal([303, '/docs/', 'Accept'])
      }
    const followed = await fetch(messenger.url, { headers: { accept: 'text/html' } })
    expect([followed.url, followed.status]).to.deep.equal([`${messenger.url}/docs/`, 200])
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
