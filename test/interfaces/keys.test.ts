import { expect } from 'chai'
import * as E from 'fp-ts/lib/Either.js'
import { keyAuthenticator } from '../../src/application/keys/key-authenticator.ts'
import type { Storage } from '../../src/composition/storage.ts'
import { SCOPES } from '../../src/domain/caller.ts'
import { KeySecret } from '../../src/domain/keys/api-key.ts'
import { cryptoSecrets } from '../../src/infrastructure/crypto/secrets.ts'
import type { Messenger } from '../../src/messenger.ts'
import { type Answer, type Client, clientOf } from '../client.ts'
import { right, upTo } from '../fixtures.ts'
import { goal } from '../goal.ts'
import { releasing } from '../releasing.ts'
import { brokenStorage, overEachStorage, served } from '../served.ts'
import { until } from '../until.ts'

interface KeyBody {
  readonly id: number
  readonly name: string
  readonly prefix: string
  readonly secret: string
  readonly created_at: string
  readonly last_used_at: string | null
}

const READER = { name: 'reader', scopes: ['read'] }

const all = async (client: Client) => (await client.get<KeyBody[]>('/keys/?limit=100')).json

describe('Keys over HTTP', () =>
  overEachStorage((storage) => {
    let messenger: Messenger
    let client: Client
    let kept: Storage
    const lines: string[] = []
    const hold = releasing()

    before(async () => {
      kept = await storage()
      messenger = await served(kept, {}, lines)
      client = clientOf(messenger.url)
    })
    after(() => messenger.stop())

    const make = (body: object = READER) => client.post<KeyBody>('/keys/', body)
    const isUsed = async (id: number) =>
      (await all(client)).some((key) => key.id === id && key.last_used_at?.endsWith(':00.000Z'))
    const rulesOf = ({ status, json }: Answer<{ errors?: readonly { pointer?: string; code?: string }[] }>) =>
      [status, ...(json.errors ?? []).map(({ pointer, code }) => `${pointer} ${code}`)].join(' ')

    it('makes a key, says where it is, and shows its secret, which no cache may keep', async () => {
      const made = await make({ name: ' backend\n', scopes: ['metrics', 'write', 'read'], other: 1 })
      expect(made.status).to.equal(201)
      const { id, secret, prefix, created_at, ...rest } = made.json
      expect(rest).to.deep.equal({
        name: 'backend',
        scopes: ['read', 'write', 'metrics'],
        chat_ids: null,
        expires_at: null,
        last_used_at: null,
      })
      expect(KeySecret.isWellFormed(secret)).to.equal(true)
      expect(secret.startsWith(prefix)).to.equal(true)
      expect(Date.parse(created_at)).to.be.closeTo(Date.now(), 60_000)
      expect(made.headers.get('location')).to.equal(`/keys/${id}`)
      expect(made.headers.get('cache-control')).to.equal('no-store')
    })

    it('limits a key to chats and to a time, as asked', async () => {
      const made = await make({ ...READER, chat_ids: [7, 6], expires_at: '2999-12-31T23:30:00.5-01:00' })
      expect(made.json).to.deep.include({ chat_ids: [7, 6], expires_at: '3000-01-01T00:30:00.500Z' })
      expect((await make({ ...READER, chat_ids: null, expires_at: null })).json).to.deep.include({
        chat_ids: null,
        expires_at: null,
      })
    })

    it('makes another key for every request, each with a secret of its own', async () => {
      const made = await Promise.all(upTo(20).map(() => make()))
      expect(new Set(made.map(({ json }) => json.id)).size).to.equal(20)
      expect(new Set(made.map(({ json }) => json.secret)).size).to.equal(20)
    })

    it('keeps the digest of the secret, by which the key is found, and the secret nowhere', async () => {
      const { json } = await make()
      const digest = cryptoSecrets.digestOf(json.secret)
      const found = right(await kept.keys.find([digest])())
      expect(found.get(digest)?.id).to.equal(json.id)
      expect(JSON.stringify([...found])).to.not.include(json.secret)
      expect(JSON.stringify(await all(client))).to.not.include(json.secret)
      expect((await all(client))[0]).to.not.have.property('secret')
      const refused = await client.post('/keys/', { ...READER, name: ['x'], secret: json.secret })
      expect([refused.status, refused.text.includes(json.secret)]).to.deep.equal([422, false])
      expect(lines.length).to.be.above(0)
      expect(lines.join('').includes(json.secret), 'in the log').to.equal(false)
      expect(lines.join('').includes(digest), 'in the log').to.equal(false)
    })

    it('lists keys newest first, in pages that lead through all of them', async () => {
      const made = (await Promise.all(upTo(5).map(() => make()))).map(({ json }) => json.id).toSorted((a, b) => b - a)
      expect((await all(client)).slice(0, 5).map(({ id }) => id)).to.deep.equal(made)
      const seen: number[] = []
      for (let target: string | undefined = '/keys/?limit=2'; target !== undefined;) {
        const page: Answer<KeyBody[]> = await client.get<KeyBody[]>(target)
        seen.push(...page.json.map(({ id }) => id))
        target = /<([^>]+)>; rel="next"/.exec(page.headers.get('link') ?? '')?.[1]
      }
      expect(seen).to.deep.equal((await all(client)).map(({ id }) => id))
      const window = `/keys/?limit=1&before=${made[0]}&after=${made[3]}`
      const first = await client.get<KeyBody[]>(window)
      expect(first.json.map(({ id }) => id)).to.deep.equal([made[1]])
      const next = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '')?.[1] ?? ''
      expect((await client.get<KeyBody[]>(next)).json.map(({ id }) => id)).to.deep.equal([made[2]])
    })

    it('tells by its ETag whether the list changed', async () => {
      const tag = (await client.get('/keys/')).headers.get('etag') ?? ''
      expect((await client.get('/keys/', { 'if-none-match': tag })).status).to.equal(304)
      expect((await client.get('/keys/', { 'if-match': '"other"' })).status).to.equal(412)
      await make()
      expect((await client.get('/keys/', { 'if-none-match': tag })).status).to.equal(200)
    })

    it('revokes a key, once', async () => {
      const { json } = await make()
      const path = `/keys/${json.id}`
      expect((await client.delete(path)).status).to.equal(204)
      const again = await client.delete(path)
      expect([again.status, again.json.detail]).to.deep.equal([404, `Key ${json.id} was not found`])
      expect((await all(client)).map(({ id }) => id)).to.not.include(json.id)
      expect(right(await kept.keys.find([cryptoSecrets.digestOf(json.secret)])()).size).to.equal(0)
    })

    it('makes keys that are good on every server at once, and revokes them within 5 s on all of them', async () => {
      const servers = [1, 2].map(() =>
        hold(keyAuthenticator(kept.keys, cryptoSecrets, { now: () => new Date() }), ({ close }) => close()),
      )
      const ask = (secret: string) => Promise.all(servers.map(async ({ authenticate }) => authenticate(secret)))
      const { json } = await make({ ...READER, chat_ids: [7] })
      const credentials = (await ask(json.secret)).map(right)
      for (const { caller } of credentials)
        expect(caller).to.deep.equal({ kind: 'service', grant: { scopes: ['read'], chatIds: [7] } })
      await until(() => isUsed(json.id))
      expect((await client.delete(`/keys/${json.id}`)).status).to.equal(204)
      const revoked = performance.now()
      await until(async () => (await ask(json.secret)).every(E.isLeft) && credentials.every(({ holds }) => !holds()))
      expect(performance.now() - revoked, 'ms').to.be.below(goal(5000))
    })

    it('revokes nothing under a tag, for a key has none', async () => {
      const path = `/keys/${(await make()).json.id}`
      for (const condition of [{ 'if-match': '"1"' }, { 'if-none-match': '*' }]) {
        const answer = await client.delete(path, condition)
        expect([answer.status, answer.json.detail]).to.deep.equal([412, 'A key has no ETag'])
      }
      expect((await client.delete(path, { 'if-match': 'x' })).status).to.equal(400)
      expect((await client.delete(path, { 'if-match': '*', 'if-none-match': '"1"' })).status).to.equal(204)
    })

    it('names the field and the rule', async () => {
      const chat_ids = upTo(101)
      const cases: readonly (readonly [object, string])[] = [
        [{}, '#/name required #/scopes required'],
        [{ ...READER, name: ' ' }, '#/name blank'],
        [{ ...READER, name: 'x'.repeat(201) }, '#/name too_long'],
        [{ ...READER, name: '\u200b' }, '#/name invisible'],
        [{ ...READER, scopes: 'read' }, '#/scopes wrong_type'],
        [{ ...READER, scopes: [] }, '#/scopes too_few'],
        [{ ...READER, scopes: ['read', 'read'] }, '#/scopes repeated'],
        [{ ...READER, scopes: ['read', 'admin'] }, '#/scopes not_an_option'],
        [{ ...READER, chat_ids: [] }, '#/chat_ids too_few'],
        [{ ...READER, chat_ids }, '#/chat_ids too_many'],
        [{ ...READER, chat_ids: [1, 1] }, '#/chat_ids repeated'],
        [{ ...READER, chat_ids: [0] }, '#/chat_ids out_of_range'],
        [{ ...READER, chat_ids: [1.5] }, '#/chat_ids not_a_whole_number'],
        [{ ...READER, chat_ids: ['1'] }, '#/chat_ids wrong_type'],
        [{ ...READER, chat_ids: {} }, '#/chat_ids wrong_type'],
        [{ ...READER, expires_at: 1 }, '#/expires_at wrong_type'],
        [{ ...READER, expires_at: 'tomorrow' }, '#/expires_at malformed'],
        [{ ...READER, expires_at: '2999-02-30T00:00:00Z' }, '#/expires_at malformed'],
        [{ ...READER, expires_at: '2020-01-01T00:00:00Z' }, '#/expires_at out_of_range'],
        [{ ...READER, expires_at: '9999-12-31T23:59:59-01:00' }, '#/expires_at out_of_range'],
      ]
      const before = await all(client)
      for (const [body, rules] of cases) expect(rulesOf(await client.post('/keys/', body))).to.equal(`422 ${rules}`)
      expect((await client.get('/keys/?limit=0')).status).to.equal(422)
      expect((await client.delete('/keys/0')).status).to.equal(422)
      expect(await all(client)).to.deep.equal(before)
    })

    it('says what it does not take, as every operation does', async () => {
      const sending = (init: Parameters<Client['request']>[2]) => client.request('POST', '/keys/', init)
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify(READER)
      expect((await sending({ body: '{', headers })).status).to.equal(400)
      expect((await sending({ body, headers: { ...headers, accept: 'image/*' } })).status).to.equal(406)
      expect((await sending({ body, headers: { ...headers, 'if-none-match': '*' } })).status).to.equal(412)
      expect((await sending({ body: `${body}${' '.repeat(65_536)}`, headers })).status).to.equal(413)
      expect((await sending({ body, headers: { 'content-type': 'text/plain' } })).status).to.equal(415)
      expect((await client.get('/keys/', { accept: 'image/*' })).status).to.equal(406)
      expect((await client.get('/keys/', { 'if-match': 'x' })).status).to.equal(400)
      for (const method of ['GET', 'PATCH', 'PUT'])
        expect((await client.request(method, '/keys/1')).status, method).to.equal(405)
    })

    it('gives everybody every scope to give away, where nobody has to say who they are', async () => {
      expect((await make({ ...READER, scopes: SCOPES })).status).to.equal(201)
    })
  }))

describe('Keys in a storage that does not answer', () => {
  const hold = releasing()

  it('are unavailable, and their secrets in no log', async () => {
    const lines: string[] = []
    const { url } = hold(await served(brokenStorage(), {}, lines), ({ stop }) => stop())
    const client = clientOf(url)
    expect((await client.post('/keys/', READER)).status).to.equal(503)
    expect((await client.get('/keys/')).status).to.equal(503)
    expect((await client.delete('/keys/1')).status).to.equal(503)
    expect(lines.join('')).to.include('out of order').and.not.match(/msgr_/)
  })
})
