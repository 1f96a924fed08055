import { gzipSync } from 'node:zlib'
import type { Message } from '../../client/schemas.ts'
import { expectMatch, expectSame, expectThat } from '../expectations.ts'
import { limits } from '../limits.ts'
import { expectProblem, lastNumber, type Sent } from '../service.ts'
import type { Chapter } from '../suite.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const raw = (body: string | Uint8Array<ArrayBuffer>, headers: Readonly<Record<string, string>> = {}): Sent => ({
  body,
  headers: { ...JSON_TYPE, ...headers },
})
const text = (value: unknown): Sent => raw(JSON.stringify({ text: value }))

const KIB = limits.body / 1024
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

/** What is sent, relative to a chat, and the problem it meets. */
type Row = readonly [what: string, method: string, target: string, sent: Sent, status: number, name: string]

const refused: readonly Row[] = [
  ['broken JSON', 'POST', '/messages/', raw('{"text":'), 400, 'malformed-request'],
  ['invalid UTF-8', 'POST', '/messages/', raw(Uint8Array.of(0x22, 0xff, 0x22)), 400, 'malformed-request'],
  ['a body nested too deep', 'POST', '/messages/', raw(nested(limits.depth + 1)), 400, 'malformed-request'],
  ['a bad escape in the path', 'GET', '/messages/%zz', {}, 400, 'malformed-request'],
  ['a malformed If-Match', 'PATCH', '/messages/1', raw('{"text":"x"}', { 'if-match': 'x' }), 400, 'malformed-request'],
  ['an unknown path', 'GET', '/nothing', {}, 404, 'not-found'],
  ['an unknown message', 'GET', '/messages/9007199254740991', {}, 404, 'not-found'],
  ['a method that the path does not have', 'PUT', '/messages/1', {}, 405, 'method-not-allowed'],
  ['an Accept that excludes JSON', 'GET', '/messages/', { headers: { accept: 'image/png' } }, 406, 'not-acceptable'],
  [`more than ${KIB} KiB`, 'POST', '/messages/', text('x'.repeat(limits.body)), 413, 'content-too-large'],
  [
    `more than ${KIB} KiB, compressed`,
    'POST',
    '/messages/',
    raw(new Uint8Array(gzipSync(`{"text":"${'x'.repeat(limits.body)}"}`)), { 'content-encoding': 'gzip' }),
    413,
    'content-too-large',
  ],
  ['text/plain', 'POST', '/messages/', raw('x', { 'content-type': 'text/plain' }), 415, 'unsupported-media-type'],
  ['a body without a type', 'POST', '/messages/', { body: new Uint8Array([123, 125]) }, 415, 'unsupported-media-type'],
  ['no body', 'POST', '/messages/', {}, 422, 'validation-failed'],
]

/** A text, and the code of the rule it breaks. */
const broken: readonly (readonly [what: string, sent: Sent, code: string])[] = [
  ['no text', raw('{}'), 'required'],
  ['a text of null', text(null), 'wrong_type'],
  ['a text that is a number', text(1), 'wrong_type'],
  ['an empty text', text(''), 'blank'],
  ['a text of white space', text(' \n\u00a0\u3000'), 'blank'],
  ['a text of invisible characters', text('\u200b\u2060'), 'invisible'],
  [`a text of ${limits.text + 1}`, text('x'.repeat(limits.text + 1)), 'too_long'],
  ['a text with NUL', text('a\0b'), 'malformed'],
  ['a text with half a surrogate pair', raw('{"text":"\\ud83d"}'), 'malformed'],
]

/** A query of a list of messages, the parameter at fault and the code. */
const badQueries: readonly (readonly [query: string, parameter: string, code: string])[] = [
  ['limit=0', 'limit', 'out_of_range'],
  [`limit=${limits.page + 1}`, 'limit', 'out_of_range'],
  ['limit=ten', 'limit', 'not_a_whole_number'],
  ['limit=1.5', 'limit', 'not_a_whole_number'],
  ['limit=%201', 'limit', 'not_a_whole_number'],
  ['limit=1&limit=2', 'limit', 'repeated'],
  ['before=0', 'before', 'out_of_range'],
  ['after=-1', 'after', 'out_of_range'],
  ['after=9007199254740992', 'after', 'out_of_range'],
  ['order=up', 'order', 'not_an_option'],
]

export const errors: Chapter = (service, it) => {
  for (const [what, method, target, sent, status, name] of refused)
    it(`answers ${status} ${name} to ${what}`, async () => {
      const chat = await service.aChat(1)
      const answer = await service.request(method, chat + target, sent)
      expectProblem(answer, status, name, `${method} …${target}`)
      if (status === 405) expectMatch('Allow', answer.headers.get('allow'), /\bGET\b.*\bPATCH\b.*\bDELETE\b/)
      if (status === 415) expectMatch('Accept-Post', answer.headers.get('accept-post'), /application\/json/)
    })

  for (const [what, sent, code] of broken)
    it(`answers 422 and names the rule ${code} to ${what}, and sends nothing`, async () => {
      const chat = await service.aChat()
      const answer = await service.request('POST', `${chat}/messages/`, sent)
      expectProblem(answer, 422, 'validation-failed', 'POST')
      const [error] = answer.json.errors ?? []
      expectSame('pointer and code', error && 'pointer' in error && [error.pointer, error.code], ['#/text', code])
      expectSame('the last number', await lastNumber(service, chat), 0)
    })

  for (const [query, parameter, code] of badQueries)
    it(`answers 422 and names the rule ${code} to ?${query}`, async () => {
      const answer = await service.get(`${await service.aChat(1)}/messages/?${query}`)
      expectProblem(answer, 422, 'validation-failed', 'GET')
      const [error] = answer.json.errors ?? []
      const found = error && 'parameter' in error && [error.parameter, error.code]
      expectSame('parameter and code', found, [parameter, code])
    })

  it('answers 422 to an id that is not a whole number from 1', async () => {
    for (const id of ['x', '0', '01', '-1', '1.0', '9007199254740992'])
      for (const target of [`/chats/${id}`, `/chats/${id}/messages/`, `${await service.aChat()}/messages/${id}`])
        expectProblem(await service.get(target), 422, 'validation-failed', `GET ${target}`)
  })

  it('changes nothing for an edit that it refuses', async () => {
    const chat = await service.aChat(1)
    const before = await service.get<Message>(`${chat}/messages/1`)
    expectProblem(await service.patch(`${chat}/messages/1`, { text: ' ' }), 422, 'validation-failed', 'PATCH')
    expectProblem(await service.patch(chat, { title: 'x'.repeat(limits.title + 1) }), 422, 'validation-failed', 'PATCH')
    const after = await service.get<Message>(`${chat}/messages/1`)
    expectSame('message', [after.json, after.headers.get('etag')], [before.json, before.headers.get('etag')])
  })

  it('has a page for the type of a problem', async () => {
    const { json } = await service.get('/chats/9007199254740991')
    const page = await service.get<unknown>(json.type)
    expectSame(`GET ${json.type}`, page.status, 200)
    expectThat('it is a page', /<html/i.test(page.text))
  })

  it('takes over a harmless X-Request-Id, in the answer and in the problem', async () => {
    const { headers, json } = await service.get('/chats/9007199254740991', { 'x-request-id': 'conformance-0001' })
    expectSame('X-Request-Id', headers.get('x-request-id'), 'conformance-0001')
    expectSame('instance', json.instance, 'urn:request:conformance-0001')
    const other = await service.get('/chats/', { 'x-request-id': 'no spaces' })
    expectThat('another is replaced', other.headers.get('x-request-id') !== 'no spaces')
  })
}
