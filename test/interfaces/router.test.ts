import { readFileSync } from 'node:fs'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { expect } from 'chai'
import { loadContract } from '../../src/interfaces/http/endpoint/contract.ts'
import { directly } from '../../src/interfaces/http/server/router.ts'
import { createMessenger } from '../../src/testing/index.ts'

const contract = loadContract(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'))
const operations = [...contract.paths.values()].flat()

/** Where a request goes: to an operation or to Express, with which parameters. */
const wayOf = (method: string, url: string, headers: IncomingMessage['headers'] = {}) => {
  let way: unknown
  const endpoints = Object.fromEntries(
    operations.map(({ id }) => [
      id,
      ({ params, query }: { params: object; query: object }) => (way = { id, params, query: { ...query } }),
    ]),
  )
  const otherwise: RequestListener = () => (way = 'Express')
  const req = { method, url, headers } as unknown as IncomingMessage
  directly(contract, endpoints, otherwise)(req, {} as unknown as ServerResponse)
  return way
}

const JSON_BODY = { 'content-type': 'application/json', 'content-length': '2' }

describe('The way past Express', () => {
  it('takes every documented operation without a body in its plain spelling', () => {
    for (const { id, method, path } of operations.filter((operation) => !operation.hasBody))
      expect(wayOf(method, path.replaceAll(/\{\w+\}/g, '7')), id).to.deep.include({ id })
  })

  it('reads parameters and query', () => {
    const way = wayOf('GET', '/chats/7/messages/?limit=2&after=3&after=4')
    expect(way).to.deep.equal({
      id: 'listMessages',
      params: { chat_id: '7' },
      query: { limit: '2', after: ['3', '4'] },
    })
    expect(wayOf('GET', '/chats/7/messages/8')).to.deep.equal({
      id: 'getMessage',
      params: { chat_id: '7', message_id: '8' },
      query: {},
    })
  })

  it('leaves everything else to Express', () => {
    const left: [string, string][] = [
      ['HEAD', '/chats/7'],
      ['OPTIONS', '/chats/'],
      ['PUT', '/chats/7'],
      ['GET', '/chats'],
      ['GET', '/chats/7/'],
      ['GET', '/chats/%37'],
      ['GET', '/chats//messages/'],
      ['GET', '//chats/'],
      ['GET', '/Chats/'],
      ['GET', '/chats/7/messages/8/9'],
      ['GET', '/docs/swagger-ui.css'],
      ['GET', '/'],
      ['GET', '*'],
      ['GET', 'http://host/chats/'],
    ]
    for (const [method, url] of left) expect(wayOf(method, url), `${method} ${url}`).to.equal('Express')
  })

  it('leaves bodies to Express that are not plain', () => {
    const bodies: IncomingMessage['headers'][] = [
      {},
      { ...JSON_BODY, 'content-length': '0' },
      { ...JSON_BODY, 'content-length': '65537' },
      { ...JSON_BODY, 'content-encoding': 'gzip' },
      { ...JSON_BODY, 'content-type': 'text/plain' },
      { 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
    ]
    for (const headers of bodies) expect(wayOf('POST', '/chats/', headers)).to.equal('Express')
  })
})

type Asking = [method: string, path: string, init?: RequestInit]

const json = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): RequestInit => ({
  body,
  headers: { 'content-type': 'application/json', ...headers },
})

/** In this order: what one leaves, the next one finds. */
const askings: Asking[] = [
  ['POST', '/chats/', json('{"title":"Picnic"}')],
  ['POST', '/chats/', json('\u{feff}{"title":"Marked"}')],
  ['POST', '/chats/', json('{"title":"')],
  ['POST', '/chats/', json(Uint8Array.from([0x22, 0xff, 0x22]))],
  ['POST', '/chats/', json('['.repeat(33) + ']'.repeat(33))],
  ['POST', '/chats/', json('null')],
  ['POST', '/chats/', json(`{"title":"${'x'.repeat(201)}"}`)],
  ['POST', '/chats/', json(`{"title":"x","more":"${'x'.repeat(70_000)}"}`)],
  ['POST', '/chats/', { body: 'title=Picnic', headers: { 'content-type': 'text/plain' } }],
  ['POST', '/chats/'],
  ['POST', '/chats/1/messages/', json('{"text":"Bring the maps\\nand the tea 🫖"}', { 'idempotency-key': 'one' })],
  ['POST', '/chats/1/messages/', json('{"text":"Bring the maps\\nand the tea 🫖"}', { 'idempotency-key': 'one' })],
  ['POST', '/chats/1/messages/', json('{"text":"Other"}', { 'idempotency-key': 'one' })],
  ['POST', '/chats/0/messages/', json('{"text":"Nowhere"}')],
  ['POST', '/chats/9/messages/', json('{"text":"Nowhere"}')],
  ['GET', '/chats/'],
  ['GET', '/chats/1'],
  ['GET', '/chats/1', { headers: { accept: 'text/html' } }],
  ['GET', '/chats/1', { headers: { accept: 'text/html, application/*;q=0.5' } }],
  ['GET', '/chats/1/messages/?limit=1&order=asc'],
  ['GET', '/chats/1/messages/?limit=0&before=x&after=1&after=2'],
  ['GET', '/chats/1/messages/', { headers: { 'if-none-match': '"1"' } }],
  ['GET', '/chats/1/messages/1'],
  ['GET', '/chats/one/messages/1'],
  ['PATCH', '/chats/1/messages/1', json('{"text":"Bring all"}', { 'if-match': '"9"' })],
  ['PATCH', '/chats/1/messages/1', json('{"text":"Bring all"}')],
  ['DELETE', '/chats/1/messages/1'],
  ['DELETE', '/chats/1'],
  ['DELETE', '/chats/1'],
  ['GET', '/livez'],
]

const otherSpelling = (path: string) => path.replace(/(\/?)(\?|$)/, (_, slash, rest) => `${slash ? '' : '/'}${rest}`)

/** All that an answer says, but for what no two answers have in common. */
const answersOf = async (spell: (path: string) => string): Promise<unknown[]> => {
  const messenger = createMessenger()
  const answers: unknown[] = []
  for (const [method, path, init] of askings) {
    const answer = await messenger.fetch(spell(path), { method, ...init })
    const headers = new Map(answer.headers)
    const id = headers.get('x-request-id') ?? ''
    for (const name of ['x-request-id', 'date']) headers.delete(name)
    const text = (await answer.text()).replaceAll(id, '<id>')
    answers.push({ asked: `${method} ${path}`, status: answer.status, headers, text })
  }
  await messenger.close()
  return answers
}

describe('A request that is spelled otherwise', () => {
  it('is answered the same by way of Express', async () => {
    const [plain, other] = [await answersOf((path) => path), await answersOf(otherSpelling)]
    expect(other).to.deep.equal(plain)
    expect(new Set(plain.map((answer) => (answer as { status: number }).status))).to.include.all.keys([
      200, 201, 204, 304, 400, 404, 406, 412, 413, 415, 422,
    ])
  })
})
