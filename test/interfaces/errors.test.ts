import { gzipSync } from 'node:zlib'
import { expect } from 'chai'
import type { Messenger } from '../../src/messenger.ts'
import { aChatOn, type Answer, type Client, clientOf, type ProblemBody } from '../client.ts'
import { overEachStorage, served } from '../served.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const nested = (depth: number) => `{"text":"x","more":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`

describe('Requests that break a rule', () =>
  overEachStorage((storage) => {
    let messenger: Messenger
    let client: Client
    let chat: string
    let bodies: readonly (readonly [method: string, target: string, field: string])[]
    let reads: readonly string[]

    before(async () => {
      messenger = await served(await storage())
      client = clientOf(messenger.url)
      chat = await aChatOn(client)
      await client.post(`${chat}/messages/`, { text: 'hello' })
      bodies = [
        ['POST', '/chats/', 'title'],
        ['PATCH', chat, 'title'],
        ['POST', `${chat}/messages/`, 'text'],
        ['PATCH', `${chat}/messages/1`, 'text'],
      ]
      reads = ['/chats/', chat, `${chat}/messages/`, `${chat}/messages/1`]
    })
    after(() => messenger.stop())

    const expectProblem = (answer: Answer<ProblemBody>, status: number, name: string) => {
      expect(answer.status).to.equal(status)
      expect(answer.json).to.include({ type: `/problems/${name}`, status })
      expect(answer.json.instance).to.equal(`urn:request:${answer.headers.get('x-request-id') ?? ''}`)
    }
    const sending = (
      method: string,
      target: string,
      body: string | Uint8Array,
      headers: Record<string, string> = JSON_TYPE,
    ) => client.request(method, target, { body, headers })

    const values: readonly (readonly [unknown, code: string])[] = [
      [undefined, 'required'],
      [null, 'wrong_type'],
      [5, 'wrong_type'],
      [['x'], 'wrong_type'],
      ['', 'blank'],
      [' \t\r\n\u00a0\u2028\ufeff ', 'blank'],
      ['a\0b', 'malformed'],
      ['\ud800', 'malformed'],
      ['\udc00\ud800', 'malformed'],
      ['\u200b', 'invisible'],
      ['\u2060\u00ad\u034f\u061c\u115f\u2800\u3164\uffa0', 'invisible'],
      [`x${'y'.repeat(5000)}`, 'too_long'],
    ]
    for (const [value, code] of values)
      it(`names the field and the rule for ${JSON.stringify({ value }).slice(0, 30)}: ${code}`, async () => {
        for (const [method, target, field] of bodies) {
          const answer = await sending(method, target, JSON.stringify({ [field]: value }))
          expectProblem(answer, 422, 'validation-failed')
          expect(answer.json.errors).to.have.length(1)
          // One thing may change or another: what is missing is missing from the whole.
          const isWhole = value === undefined && method === 'PATCH'
          expect(answer.json.errors?.[0]).to.include({ pointer: isWhole ? '#' : `#/${field}`, code })
        }
      })

    it('names the whole body when it is no object or not there', async () => {
      for (const [method, target] of bodies) {
        for (const body of ['5', '"text"', 'null', 'true', '[]']) {
          const answer = await sending(method, target, body)
          expectProblem(answer, 422, 'validation-failed')
          expect(answer.json.errors?.[0]?.pointer).to.match(/^#/)
        }
        const nothing = await client.request(method, target)
        expect(nothing.json.errors).to.deep.equal([{ pointer: '#', code: 'required', detail: 'is missing' }])
      }
    })

    for (const id of [
      '0',
      '-1',
      '+1',
      '01',
      '1e3',
      '0x1F',
      '1.0',
      '1_000',
      '%201',
      '9223372036854775808',
      '9007199254740992',
      'abc',
      '%00',
      '١٢',
    ])
      it(`refuses ${id} as an id, naming the parameter`, async () => {
        const named = [
          [`/chats/${id}`, ['GET', 'PATCH', 'DELETE'], 'chat_id'],
          [`/chats/${id}/messages/`, ['GET', 'POST'], 'chat_id'],
          [`${chat}/messages/${id}`, ['GET', 'PATCH', 'DELETE'], 'message_id'],
        ] as const
        for (const [target, methods, parameter] of named)
          for (const method of methods) {
            const field = target.includes('messages') ? 'text' : 'title'
            const init = method === 'POST' || method === 'PATCH' ? { body: `{"${field}":"x"}`, headers: JSON_TYPE } : {}
            const answer = await client.request(method, target, init)
            expectProblem(answer, 422, 'validation-failed')
            expect(answer.json.errors?.map((error) => error.parameter)).to.deep.equal([parameter])
          }
      })

    it('refuses parameters that are no whole number, out of range, unknown options or given twice', async () => {
      const cases = [
        ['limit=0', 'out_of_range'],
        ['limit=101', 'out_of_range'],
        ['limit=-1', 'out_of_range'],
        ['limit=', 'not_a_whole_number'],
        ['limit=ten', 'not_a_whole_number'],
        ['limit=5.0', 'not_a_whole_number'],
        ['limit=%zz', 'not_a_whole_number'],
        ['limit=%ff', 'not_a_whole_number'],
        ['limit=2&limit=2', 'repeated'],
        ['before=0', 'out_of_range'],
        ['before=9007199254740992', 'out_of_range'],
        ['after=-1', 'out_of_range'],
        ['before=1&before=2', 'repeated'],
        ['order=up', 'not_an_option'],
        ['order=ASC', 'not_an_option'],
        ['order=asc&order=asc', 'repeated'],
      ] as const
      for (const [query, code] of cases) {
        const answer = await client.get(`${chat}/messages/?${query}`)
        expectProblem(answer, 422, 'validation-failed')
        expect(answer.json.errors?.[0]).to.include({ parameter: query.split('=')[0], code })
      }
      expectProblem(await client.get('/chats/?limit=0'), 422, 'validation-failed')
      expectProblem(await client.get(`${chat}?limit=0`), 422, 'validation-failed')
    })

    it('refuses more than 1,000 parameters, so that none is left out', async () => {
      const others = (count: number) => Array.from({ length: count }, (_, n) => `&x${n}=`).join('')
      for (const target of ['/chats/', `${chat}/messages/`]) {
        const repeated = await client.get(`${target}?limit=2${others(998)}&limit=2`)
        expectProblem(repeated, 422, 'validation-failed')
        expect(repeated.json.errors?.[0]).to.include({ parameter: 'limit', code: 'repeated' })
        expect((await client.get(`${target}?${others(998)}&limit=2`)).status).to.equal(200)
        expectProblem(await client.get(`${target}?limit=2${others(999)}&limit=2`), 400, 'malformed-request')
      }
    })

    it('names every broken rule of one request', async () => {
      const answer = await client.get('/chats/x/messages/?limit=0&before=a&order=b')
      expect(answer.json.errors?.map((error) => error.parameter)).to.have.members([
        'chat_id',
        'limit',
        'before',
        'order',
      ])
    })

    it('says that a body cannot be read: broken JSON, invalid UTF-8, nested too deep', async () => {
      const broken = ['{', '{"text":', "{'text':'x'}", '{"text":"x"}}', '{"text":NaN}', '\u0000']
      const invalid = [
        Buffer.from([0x7b, 0xff, 0x7d]),
        Buffer.from('{"text":"\xe9"}', 'latin1'),
        Buffer.from([0xed, 0xa0, 0x80]),
      ]
      const deep = [nested(33), nested(20_000), '['.repeat(60_000), '{"a":'.repeat(10_000)]
      for (const [method, target] of bodies)
        for (const body of [...broken, ...invalid, ...deep])
          expectProblem(await sending(method, target, body), 400, 'malformed-request')
      // Brackets in a string nest nothing, whatever quotes and backslashes are before them.
      for (const text of ['"', '\\', '\\"', '"\\', '[{"'])
        for (const [method, target, field] of bodies) {
          const body = JSON.stringify({ [field]: `${text}${'[{'.repeat(50)}` })
          expect((await sending(method, target, body)).status, body).to.be.oneOf([200, 201])
        }
      const enough = await sending('POST', `${chat}/messages/`, nested(32))
      expect(enough.status).to.equal(201)
    })

    it('says that a path cannot be read', async () => {
      for (const target of ['/chats/%zz', '/chats/%zz/messages/', `${chat}/messages/%c0%ae`, '/chats/%e9'])
        expectProblem(await client.get(target), 400, 'malformed-request')
      for (const [method, target] of [
        ['DELETE', '/chats/%zz'],
        ['DELETE', `${chat}/messages/%zz`],
      ] as const)
        expectProblem(await client.request(method, target), 400, 'malformed-request')
    })

    it('takes bodies in JSON and UTF-8 only', async () => {
      const types = [
        'text/plain',
        'application/x-www-form-urlencoded',
        'application/json; charset=utf-16',
        'application/json; charset=latin1',
        'application/merge-patch+json',
        'application/jsonx',
        '',
      ]
      for (const [method, target, field] of bodies)
        for (const type of types) {
          const body = Buffer.from(`{"${field}":"x"}`)
          const answer = await sending(method, target, body, type ? { 'content-type': type } : {})
          expectProblem(answer, 415, 'unsupported-media-type')
          expect(answer.headers.get(method === 'POST' ? 'accept-post' : 'accept-patch')).to.equal('application/json')
        }
      for (const encoding of ['lzma', 'compress'])
        expectProblem(
          await sending('PATCH', chat, Buffer.from('{}'), { ...JSON_TYPE, 'content-encoding': encoding }),
          415,
          'unsupported-media-type',
        )
    })

    it('takes bodies of 65536 bytes, also after decompression, and no more', async () => {
      const padded = (bytes: number) => {
        const head = '{"title":"x","padding":"'
        return `${head}${'p'.repeat(bytes - head.length - 2)}"}`
      }
      for (const [method, target] of bodies) {
        expectProblem(await sending(method, target, padded(65_537)), 413, 'content-too-large')
        const bomb = gzipSync(padded(5_000_000))
        expectProblem(
          await sending(method, target, bomb, { ...JSON_TYPE, 'content-encoding': 'gzip' }),
          413,
          'content-too-large',
        )
      }
      expect((await sending('POST', '/chats/', padded(65_536))).status).to.equal(201)
      const zipped = gzipSync('{"title":"zipped"}')
      expect((await sending('POST', '/chats/', zipped, { ...JSON_TYPE, 'content-encoding': 'gzip' })).status).to.equal(
        201,
      )
    })

    it('lists the methods a path has when it lacks one', async () => {
      for (const target of [
        ...reads,
        '/docs',
        '/openapi.yaml',
        '/openapi.json',
        '/livez',
        '/readyz',
        '/metrics',
        '/problems/unavailable',
      ])
        for (const method of ['PUT', 'PROPFIND', 'QUERY'])
          expectProblem(await client.request(method, target), 405, 'method-not-allowed')
      expectProblem(await client.request('DELETE', '/chats/'), 405, 'method-not-allowed')
      expectProblem(await client.request('POST', chat), 405, 'method-not-allowed')
    })

    it('answers OPTIONS with the methods, and HEAD with the headers of GET', async () => {
      for (const target of reads) {
        const options = await client.request('OPTIONS', target)
        expect(options.status).to.equal(204)
        expect(options.headers.get('allow')).to.include('OPTIONS')
        const [head, get] = [await client.request('HEAD', target), await client.get(target)]
        expect(head.text).to.equal('')
        for (const name of ['etag', 'content-length', 'content-type', 'link'])
          expect(head.headers.get(name)).to.equal(get.headers.get(name))
      }
    })

    it('says so when none of the accepted types is on offer', async () => {
      for (const target of [...reads, '/livez', '/readyz'])
        expectProblem(await client.get(target, { accept: 'text/html' }), 406, 'not-acceptable')
      for (const [method, target, field] of bodies)
        expectProblem(
          await sending(method, target, `{"${field}":"x"}`, { ...JSON_TYPE, accept: 'image/*' }),
          406,
          'not-acceptable',
        )
      expect((await client.get(chat, { accept: 'text/html, application/*;q=0.1' })).status).to.equal(200)
    })

    it('says that nothing is served at an unknown path', async () => {
      for (const target of ['//', '/chat', '/Chats/', '/chats//', `/${chat}`, '/chats/1/guests/', '/%zz'])
        expect((await client.get(target)).status).to.be.oneOf([400, 404])
      expectProblem(await client.get('/nowhere'), 404, 'not-found')
    })

    it('does nothing for a request that it refuses', async () => {
      const before = await client.get(chat)
      for (const [method, target, body] of [
        ['POST', `${chat}/messages/`, '{"text":" "}'],
        ['PATCH', chat, '{"title":""}'],
        ['PATCH', `${chat}/messages/1`, '{"text":""}'],
      ] as const)
        expect((await sending(method, target, body)).status).to.equal(422)
      expect((await client.get(chat)).headers.get('etag')).to.equal(before.headers.get('etag'))
    })

    it('takes a harmless request id over and replaces any other', async () => {
      const given = 'trace-0123.ABC_xyz'
      expect((await client.get('/livez', { 'x-request-id': given })).headers.get('x-request-id')).to.equal(given)
      for (const bad of ['short', 'x'.repeat(129), 'has space in it', 'semi;colon;s'])
        expect((await client.get('/livez', { 'x-request-id': bad })).headers.get('x-request-id')).to.not.equal(bad)
    })
  }))
