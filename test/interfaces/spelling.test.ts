import { expect } from 'chai'
import { createMessenger } from '../../src/testing/index.ts'

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
