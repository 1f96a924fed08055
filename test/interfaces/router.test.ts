import { readFileSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { loadContract } from '../../src/interfaces/http/endpoint/contract.ts'
import { MAX_BODY_BYTES, MAX_BODY_DEPTH } from '../../src/interfaces/http/endpoint/limits.ts'
import { type Body, readBody } from '../../src/interfaces/http/server/body.ts'
import { nestsDeeper } from '../../src/interfaces/http/server/json.ts'
import { routerOf } from '../../src/interfaces/http/server/router.ts'
import { createMessenger } from '../../src/testing/index.ts'

const contract = loadContract(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8'))
const operations = [...contract.paths.values()].flat()
const endpoints = Object.fromEntries(operations.map(({ id }) => [id, () => {}]))
const routeOf = routerOf(contract, endpoints)

/** Where a request goes, in short: an operation with its parameters and its query, or what it meets instead. */
const way = (method: string, url: string) => {
  const route = routeOf(method, url)
  switch (route.kind) {
    case 'endpoint':
      return [route.destination.operation.id, route.params, { ...route.query }]
    case 'options':
      return ['options', route.allow]
    case 'refusal':
      return [route.failure.kind, 'allow' in route.failure ? route.failure.allow : undefined]
    case 'elsewhere':
      return ['elsewhere']
  }
}

const OF_CHATS = 'GET, POST, HEAD, OPTIONS'
const OF_A_CHAT = 'GET, PATCH, DELETE, HEAD, OPTIONS'

type Row = readonly [method: string, url: string, ...way: unknown[]]

const tables: Readonly<Record<string, readonly Row[]>> = {
  'reads parameters and query': [
    ['GET', '/chats/', 'listChats', {}, {}],
    ['POST', '/chats/', 'createChat', {}, {}],
    ['GET', '/chats/7', 'getChat', { chat_id: '7' }, {}],
    ['GET', '/chats/7/messages/8', 'getMessage', { chat_id: '7', message_id: '8' }, {}],
    ['GET', '/chats/7/events?after=3', 'followChat', { chat_id: '7' }, { after: '3' }],
    ['GET', '/chats/?', 'listChats', {}, {}],
    ['GET', '/chats/?limit', 'listChats', {}, { limit: '' }],
    ['GET', '/chats/?limit=%32&x=a+b', 'listChats', {}, { limit: '2', x: 'a b' }],
    ['GET', '/chats/?limit=%zz', 'listChats', {}, { limit: '%zz' }],
    ['GET', '/chats/?limit=2&after=3&after=4', 'listChats', {}, { limit: '2', after: ['3', '4'] }],
    ['GET', '/chats/?a[b]=1', 'listChats', {}, { 'a[b]': '1' }],
    ['GET', '/chats/?limit=2?', 'listChats', {}, { limit: '2?' }],
  ],
  'takes the other way to end a path': [
    ['GET', '/chats', 'listChats', {}, {}],
    ['GET', '/chats?limit=2', 'listChats', {}, { limit: '2' }],
    ['DELETE', '/chats/7/', 'deleteChat', { chat_id: '7' }, {}],
    ['POST', '/chats/7/messages', 'sendMessage', { chat_id: '7' }, {}],
    ['PATCH', '/chats/7/messages/8/?x', 'editMessage', { chat_id: '7', message_id: '8' }, { x: '' }],
    ['GET', '/docs', 'getDocs', {}, {}],
    ['GET', '/openapi.yaml/', 'getOpenapiYaml', {}, {}],
  ],
  'reads escapes in parameters, and refuses bad ones whatever the method': [
    ['GET', '/chats/%37', 'getChat', { chat_id: '7' }, {}],
    ['GET', '/chats/7%2Fmessages', 'getChat', { chat_id: '7/messages' }, {}],
    ['GET', '/chats/%2F/messages/%C3%A9', 'getMessage', { chat_id: '/', message_id: 'é' }, {}],
    ['GET', '/problems/un%61vailable', 'getProblem', { problem: 'unavailable' }, {}],
    ['GET', '/problems/%00', 'getProblem', { problem: '\0' }, {}],
    ['GET', '/chats/%zz', 'Malformed', undefined],
    ['GET', '/chats/%e9/', 'Malformed', undefined],
    ['GET', '/chats/7/messages/%c0%ae', 'Malformed', undefined],
    ['PUT', '/chats/%zz', 'Malformed', undefined],
    ['OPTIONS', '/chats/%', 'Malformed', undefined],
    ['GET', '/chats/%zz/nothing', 'elsewhere'],
    ['GET', '/%zz', 'elsewhere'],
  ],
  'answers HEAD wherever there is a GET': [
    ['HEAD', '/chats', 'listChats', {}, {}],
    ['HEAD', '/chats/%37?limit=1', 'getChat', { chat_id: '7' }, { limit: '1' }],
    ['HEAD', '/livez', 'getLiveness', {}, {}],
  ],
  'lists the methods of a path, asked for them or for one that it lacks': [
    ['OPTIONS', '/chats/', 'options', OF_CHATS],
    ['OPTIONS', '/chats', 'options', OF_CHATS],
    ['OPTIONS', 'http://host/chats/%37/', 'options', OF_A_CHAT],
    ['OPTIONS', '/docs/', 'options', 'GET, HEAD, OPTIONS'],
    ['PUT', '/chats', 'MethodNotAllowed', OF_CHATS],
    ['POST', '/chats/7', 'MethodNotAllowed', OF_A_CHAT],
    ['DELETE', '/chats/', 'MethodNotAllowed', OF_CHATS],
    ['PROPFIND', '/chats/7/', 'MethodNotAllowed', OF_A_CHAT],
    ['TRACE', '/livez', 'MethodNotAllowed', 'GET, HEAD, OPTIONS'],
    ['get', '/livez', 'MethodNotAllowed', 'GET, HEAD, OPTIONS'],
  ],
  'looks at neither host nor fragment': [
    ['GET', 'http://host/chats/', 'listChats', {}, {}],
    ['GET', 'HTTPS://me:secret@host:80/chats/7?limit=2', 'getChat', { chat_id: '7' }, { limit: '2' }],
    ['GET', 'http://[bad/chats', 'listChats', {}, {}],
    ['GET', 'http://host', 'elsewhere'],
    ['GET', 'http://host?limit=1', 'elsewhere'],
    ['GET', '/chats/#top', 'listChats', {}, {}],
    ['GET', '/chats/?limit=2#top', 'listChats', {}, { limit: '2' }],
    ['GET', '/chats/7#/messages/?limit=2', 'getChat', { chat_id: '7' }, {}],
  ],
  'leaves alone what the contract does not have': [
    ['GET', '/'],
    ['GET', ''],
    ['GET', '*'],
    ['OPTIONS', '*'],
    ['GET', '/nowhere'],
    ['GET', '/Chats/'],
    ['GET', '/%63hats/'],
    ['GET', '/chats//'],
    ['GET', '//chats/'],
    ['GET', '/chats//messages/'],
    ['GET', '/chats/7//'],
    ['GET', '/chats/7/constructor'],
    ['GET', '/chats/7/messages/8/9'],
    ['GET', '/__proto__/'],
    ['GET', '/docs/swagger-ui.css'],
    ['PUT', '/docs/swagger-ui.css'],
  ].map(([method = '', url = '']) => [method, url, 'elsewhere']),
}

describe('The router', () => {
  it('knows every documented operation, and starts with none of them missing', () => {
    for (const { id, method, path } of operations)
      expect(way(method, path.replaceAll(/\{\w+\}/g, '7')).at(0), path).to.equal(id)
    expect(() => routerOf(contract, { ...endpoints, sendMessage: undefined as never })).to.throw(/sendMessage/)
  })

  for (const [title, rows] of Object.entries(tables))
    it(title, () => {
      for (const [method, url, ...expected] of rows)
        expect(way(method, url), `${method} ${url}`).to.deep.equal(expected)
    })
})

const JSON_TYPE = { 'content-type': 'application/json' }
const EMPTY = Buffer.alloc(0)

/** What is read of a body that arrives in these pieces. */
const bodyOf = (pieces: readonly Buffer[], headers: IncomingMessage['headers'] = JSON_TYPE) =>
  new Promise<Body>((resolve) => {
    const req = Object.assign(Readable.from(pieces), { headers, method: 'POST' })
    readBody(req as unknown as IncomingMessage, resolve)
  })

const kindOf = async (...request: Parameters<typeof bodyOf>) => {
  const body = await bodyOf(...request)
  return E.isLeft(body) ? body.left.kind : 'read'
}

const padded = (bytes: number) => Buffer.from('{"title":"x"}'.padEnd(bytes))

describe('The reader of bodies', () => {
  const value = { title: 'Picnic 🫖' }
  const text = Buffer.from(JSON.stringify(value))

  it('reads JSON, however it is cut', async () => {
    expect(await bodyOf([text])).to.deep.equal(E.right(value))
    expect(await bodyOf(Array.from(text, (byte) => Buffer.of(byte)))).to.deep.equal(E.right(value))
  })

  const compressions = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync, zstd: zstdCompressSync }
  for (const [encoding, compress] of Object.entries(compressions))
    it(`reads what ${encoding} compressed, and no more than a body may have`, async () => {
      const headers = { ...JSON_TYPE, 'content-encoding': encoding }
      const compressed = compress(text)
      expect(await bodyOf([compressed], headers)).to.deep.equal(E.right(value))
      expect(await bodyOf([compressed.subarray(0, 5), compressed.subarray(5)], headers)).to.deep.equal(E.right(value))
      expect(await kindOf([compress(padded(MAX_BODY_BYTES))], headers)).to.equal('read')
      expect(await kindOf([compress(padded(MAX_BODY_BYTES + 1))], headers)).to.equal('ContentTooLarge')
      expect(await kindOf([compress(Buffer.alloc(5_000_000, ' '))], headers)).to.equal('ContentTooLarge')
      for (const broken of [compressed.subarray(0, -6), text])
        expect(await kindOf([broken], headers)).to.equal('Malformed')
    })

  it('knows encodings in capitals, identity among them, and no others', async () => {
    const encoded = (encoding: string, bytes: Buffer) => kindOf([bytes], { ...JSON_TYPE, 'content-encoding': encoding })
    for (const encoding of ['identity', 'Identity', '']) expect(await encoded(encoding, text)).to.equal('read')
    expect(await encoded('GZIP', gzipSync(text))).to.equal('read')
    expect(await encoded('deflate', deflateRawSync(text))).to.equal('Malformed')
    for (const encoding of ['x-gzip', 'gzip, br', 'lzma', 'constructor'])
      expect(await encoded(encoding, gzipSync(text)), encoding).to.equal('UnsupportedMediaType')
  })

  it('takes JSON in UTF-8 alone', async () => {
    const typed = (type: string | undefined) => kindOf([text], type === undefined ? {} : { 'content-type': type })
    for (const type of ['application/json', 'Application/JSON ; charset="UTF-8"', 'application/json;charset=utf-8'])
      expect(await typed(type), type).to.equal('read')
    for (const type of [undefined, '', 'text/plain', 'application/jsonx', 'application/json; charset=utf-16'])
      expect(await typed(type), type).to.equal('UnsupportedMediaType')
  })

  it('takes as many bytes as a body may have', async () => {
    expect(await kindOf([padded(MAX_BODY_BYTES)])).to.equal('read')
    expect(await kindOf([padded(MAX_BODY_BYTES + 1)])).to.equal('ContentTooLarge')
    expect(await kindOf([padded(MAX_BODY_BYTES), Buffer.from(' ')])).to.equal('ContentTooLarge')
    expect(await kindOf(Array.from({ length: 100 }, () => padded(MAX_BODY_BYTES)))).to.equal('ContentTooLarge')
    const levelled = gzipSync(padded(MAX_BODY_BYTES), { level: 0 })
    expect(levelled.length).to.be.above(MAX_BODY_BYTES)
    expect(await kindOf([levelled], { ...JSON_TYPE, 'content-encoding': 'gzip' })).to.equal('read')
    const members = Array.from({ length: 10_000 }, () => gzipSync(''))
    expect(await kindOf(members, { ...JSON_TYPE, 'content-encoding': 'gzip' })).to.equal('ContentTooLarge')
  })

  it('refuses what is not UTF-8, nests too deep, or is no JSON', async () => {
    const nested = (depth: number) => Buffer.from('['.repeat(depth) + ']'.repeat(depth))
    expect(await kindOf([nested(MAX_BODY_DEPTH)])).to.equal('read')
    for (const [bytes, detail] of [
      [Buffer.of(0x22, 0xff, 0x22), 'The body is not valid UTF-8'],
      [nested(MAX_BODY_DEPTH + 1), 'The body nests deeper than 32 levels'],
      [Buffer.from('{'), 'The body is not valid JSON'],
      [Buffer.from(' '), 'The body is not valid JSON'],
      [Buffer.from('\u{feff}\u{feff}'), 'The body is not valid JSON'],
    ] as const)
      expect(await bodyOf([bytes])).to.deep.equal(E.left({ kind: 'Malformed', detail }))
  })

  it('passes over one byte order mark', async () => {
    expect(await bodyOf([Buffer.from('\u{feff}7')])).to.deep.equal(E.right(7))
  })

  it('takes nothing for no body, whatever it is said to be', async () => {
    const nothing: Parameters<typeof bodyOf>[] = [
      [[]],
      [[], {}],
      [[EMPTY], { 'content-type': 'text/plain' }],
      [[], { 'content-encoding': 'lzma' }],
      [[], { ...JSON_TYPE, 'content-encoding': 'gzip' }],
      [[gzipSync('')], { ...JSON_TYPE, 'content-encoding': 'gzip' }],
      [[Buffer.from('\u{feff}')]],
      [[gzipSync('\u{feff}')], { ...JSON_TYPE, 'content-encoding': 'gzip' }],
    ]
    for (const request of nothing) expect(await bodyOf(...request)).to.deep.equal(E.right(undefined))
  })

  it('reads a request to its end before it refuses it', async () => {
    for (const headers of [JSON_TYPE, { 'content-type': 'text/plain' }]) {
      const req = Object.assign(
        Readable.from([padded(MAX_BODY_BYTES), padded(MAX_BODY_BYTES), padded(MAX_BODY_BYTES)]),
        {
          headers,
          method: 'POST',
        },
      )
      const body = await new Promise<Body>((resolve) => readBody(req as unknown as IncomingMessage, resolve))
      expect(E.isLeft(body)).to.equal(true)
      expect(req.readableEnded).to.equal(true)
    }
  })
})

describe('The depth of a body', () => {
  const deeper = (text: string, limit: number) => nestsDeeper(Buffer.from(text), limit)

  it('counts arrays and objects that are open at a time', () => {
    expect(deeper('[[],[],{"a":[]}]', 3)).to.equal(false)
    expect(deeper('[[],[],{"a":[]}]', 2)).to.equal(true)
    expect(deeper('7', 0)).to.equal(false)
    expect(deeper('[', 0)).to.equal(true)
  })

  it('does not count brackets in strings', () => {
    expect(deeper('"[[[["', 0)).to.equal(false)
    expect(deeper('{"[":"{"}', 1)).to.equal(false)
  })

  it('knows where a string ends: behind a quote that is not escaped', () => {
    expect(deeper(String.raw`"\"[[["`, 0)).to.equal(false)
    expect(deeper(String.raw`["\"[[[", 1]`, 1)).to.equal(false)
    expect(deeper(String.raw`["\\",[[]]]`, 2)).to.equal(true)
    expect(deeper(String.raw`["\\\"[",[]]`, 2)).to.equal(false)
    expect(deeper(String.raw`"\\"[[[`, 2)).to.equal(true)
    expect(deeper('"\\', 0)).to.equal(false)
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
  it('is answered the same', async () => {
    const [plain, other] = [await answersOf((path) => path), await answersOf(otherSpelling)]
    expect(other).to.deep.equal(plain)
    expect(new Set(plain.map((answer) => (answer as { status: number }).status))).to.include.all.keys([
      200, 201, 204, 304, 400, 404, 406, 412, 413, 415, 422,
    ])
  })
})
