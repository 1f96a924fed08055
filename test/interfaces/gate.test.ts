import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import { expect } from 'chai'
import { type Caller, SCOPES } from '../../src/domain/caller.ts'
import { loadContract } from '../../src/interfaces/http/endpoint/contract.ts'
import type { Messenger } from '../../src/messenger.ts'
import { aService, aUser, bearer, type Tokens, tokens } from '../callers.ts'
import { type Client, clientOf } from '../client.ts'
import { aChatId } from '../fixtures.ts'
import { releasing } from '../releasing.ts'
import { memoryStorage, served } from '../served.ts'
import { answersIn, connection, exchange, readToEnd } from '../wire.ts'

const operations = [
  ...loadContract(readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')).paths.values(),
].flat()
const guarded = operations.filter(({ requires }) => requires !== undefined)
const open = operations.filter(({ requires }) => requires === undefined)

/** A path of the template, of what is there or not. */
const targetOf = (path: string) => path.replaceAll(/\{\w+\}/g, '1')

const CALLERS: Readonly<Record<string, Caller>> = {
  anna: aUser('anna'),
  all: aService(...SCOPES),
  limited: { kind: 'service', grant: { scopes: SCOPES, chatIds: [aChatId(1)] } },
  ...Object.fromEntries(
    SCOPES.map((scope) => [`without-${scope}`, aService(...SCOPES.filter((one) => one !== scope))]),
  ),
}

const JSON_TYPE = 'Content-Type: application/json\r\n'

for (const [when, later] of [
  ['at once', false],
  ['later', true],
] as const)
  describe(`The gate, when who it is is known ${when}`, () => {
    const hold = releasing(after)
    let messenger: Messenger
    let client: Client
    let known: Tokens

    before(async () => {
      known = tokens(CALLERS, later)
      messenger = hold(await served(memoryStorage(), {}, undefined, known), ({ stop }) => stop())
      client = clientOf(messenger.url)
    })

    it('asks for a credential wherever the document has a lock', async () => {
      expect(guarded).to.have.length.above(10)
      for (const { id, method, path } of guarded) {
        const { status, headers, json } = await client.request(method, targetOf(path))
        expect([status, json.type, headers.get('www-authenticate')], id).to.deep.equal([
          401,
          '/problems/unauthenticated',
          'Bearer',
        ])
      }
    })

    it('refuses a key that does not have the scope, and lets in one that has it', async () => {
      for (const { id, method, path, requires } of guarded) {
        const without = await client.request(method, targetOf(path), { headers: bearer(`without-${requires?.scope}`) })
        expect([without.status, without.json.type], id).to.deep.equal([403, '/problems/forbidden'])
        expect(without.json.detail, id).to.include(requires?.scope)
        if (id.startsWith('follow')) continue
        const { status } = await client.request(method, targetOf(path), { headers: bearer('all') })
        expect(status, id).to.not.be.oneOf([401, 403])
      }
    })

    it('refuses a key that is limited to some chats where more than one is meant', async () => {
      const every = guarded.filter(({ requires }) => requires?.everyChat)
      expect(every.map(({ id }) => id)).to.include('createChat')
      for (const { id, method, path } of every) {
        const { status, json } = await client.request(method, targetOf(path), { headers: bearer('limited') })
        expect([status, json.detail], id).to.deep.equal([403, 'The key is limited to some chats'])
      }
      expect((await client.delete('/chats/1', bearer('limited'))).status).to.not.equal(403)
    })

    it('asks nobody for what is open, for methods, and where there is nothing', async () => {
      const before = known.asked()
      const wrong = bearer('unknown')
      expect(open).to.have.length.above(5)
      for (const { id, method, path } of open) {
        const { status, headers } = await client.request(method, targetOf(path), { headers: wrong })
        expect(status, id).to.be.oneOf([200, 404])
        expect(headers.get('cache-control'), id).to.not.match(/private/)
      }
      expect((await client.request('OPTIONS', '/chats/', { headers: wrong })).status).to.equal(204)
      expect((await client.request('PUT', '/chats/', { headers: wrong })).status).to.equal(405)
      expect((await client.get('/nowhere', wrong)).status).to.equal(404)
      expect(known.asked()).to.equal(before)
    })

    it('takes one bearer token, whatever the case of the scheme, and says what is wrong with another', async () => {
      for (const authorization of ['Bearer all', 'bearer all', 'BEARER   all', ' Bearer all '])
        expect((await client.get('/chats/', { authorization })).status, authorization).to.equal(200)

      const INVALID = /^Bearer error="invalid_token", error_description="[ !#-[\]-~]+"$/
      for (const authorization of [
        'Bearer',
        'Bearer ',
        'Bearer a b',
        'Bearer "all"',
        'Bearer all,',
        'Bearer unknown',
      ]) {
        const { status, headers } = await client.get('/chats/', { authorization })
        expect(status, authorization).to.equal(401)
        expect(headers.get('www-authenticate'), authorization).to.match(INVALID)
      }
      for (const authorization of ['', 'all', 'Basic YWxsOmFsbA==', 'Bearerall', 'Token all']) {
        const { status, headers } = await client.get('/chats/', { authorization })
        expect([status, headers.get('www-authenticate')], authorization).to.deep.equal([401, 'Bearer'])
      }
      const twice = 'Authorization: Bearer all\r\nAuthorization: Bearer all\r\nHost: x\r\nConnection: close\r\n\r\n'
      const [answer] = await exchange(messenger.url, [`GET /chats/ HTTP/1.1\r\n${twice}`], hold)
      expect(answer?.status).to.equal(401)
      expect(answer?.headers.get('www-authenticate')).to.match(INVALID)
    })

    it('answers 503 when nobody can tell whether a token is good', async () => {
      const { status, json, headers } = await client.get('/chats/', bearer('unavailable'))
      expect([status, json.type, headers.get('retry-after')]).to.deep.equal([503, '/problems/unavailable', '1'])
    })

    it('takes a service that may act for the user that it names, and a user for itself alone', async () => {
      const asking = async (token: string, user: string, target = '/chats/') =>
        (await client.get(target, { ...bearer(token), 'on-behalf-of': user })).status
      expect(await asking('all', 'anna')).to.equal(200)
      expect(await asking('all', '!'.repeat(255))).to.equal(200)
      expect(await asking('all', 'anna', '/metrics'), 'a user may not, by whatever key').to.equal(403)
      expect(await asking('without-act', 'anna')).to.equal(403)
      expect(await asking('anna', 'anna')).to.equal(200)
      expect(await asking('anna', 'Anna')).to.equal(403)
      for (const user of ['.', '..', '', 'a b', 'a, b', 'é', '!'.repeat(256)]) {
        const { status, json } = await client.get('/chats/', { ...bearer('all'), 'on-behalf-of': user })
        expect([status, json.type], user).to.deep.equal([400, '/problems/malformed-request'])
      }
      const twice = `On-Behalf-Of: anna\r\nOn-Behalf-Of: anna\r\nHost: x\r\nConnection: close\r\n\r\n`
      const sent = `GET /chats/ HTTP/1.1\r\nAuthorization: Bearer all\r\n${twice}`
      expect((await exchange(messenger.url, [sent], hold))[0]?.status).to.equal(400)
    })

    it('takes no credential and no user from the query, but of event streams', async () => {
      expect((await client.get('/chats/?access_token=anna')).status).to.equal(401)
      expect((await client.get('/metrics?on_behalf_of=anna', bearer('all'))).status).to.equal(200)
    })

    it('lets a body come from who is let in alone', async () => {
      const head = `POST /chats/ HTTP/1.1\r\nHost: x\r\n${JSON_TYPE}Content-Length: 13\r\nExpect: 100-continue\r\n`
      for (const [field, status] of [
        ['', 401],
        ['Authorization: Bearer unknown\r\n', 401],
        ['Authorization: Bearer without-write\r\n', 403],
        ['Authorization: Bearer without-act\r\nOn-Behalf-Of: anna\r\n', 403],
      ] as const) {
        const answers = await exchange(messenger.url, [`${head}${field}Connection: close\r\n\r\n`], hold)
        expect(answers.map((answer) => answer.status)).to.deep.equal([status])
      }
      const socket = await connection(messenger.url, hold)
      socket.write(`${head}Authorization: Bearer all\r\nConnection: close\r\n\r\n`)
      const [word] = (await once(socket, 'data')) as [Buffer]
      expect(word.toString()).to.equal('HTTP/1.1 100 Continue\r\n\r\n')
      socket.write('{"title":"x"}')
      expect(answersIn(await readToEnd(socket))[0]?.status).to.equal(201)
    })

    it('reads what a refused request sends, and answers the next on the same connection', async () => {
      const body = '{"title":"x"}'
      const post = (token: string) =>
        `POST /chats/ HTTP/1.1\r\nHost: x\r\n${JSON_TYPE}Content-Length: 13\r\nAuthorization: Bearer ${token}\r\n`
      const sent = [`${post('unknown')}\r\n`, body, `${post('all')}Connection: close\r\n\r\n`, body]
      const answers = await exchange(messenger.url, sent, hold)
      expect(answers.map(({ status }) => status)).to.deep.equal([401, 201])
    })
  })

describe('Without an authenticator', () => {
  const hold = releasing()

  it('everybody is a service, or the user it says it acts for, and a line of the log warns of it', async () => {
    const lines: string[] = []
    const messenger = hold(await served(memoryStorage(), {}, lines), ({ stop }) => stop())
    const client = clientOf(messenger.url)
    const warnings = lines.filter((line) => (JSON.parse(line) as { level: number }).level === 40)
    expect(warnings).to.have.length(1)
    expect(warnings[0]).to.include('authentication is off')

    expect((await client.get('/metrics')).status).to.equal(200)
    expect((await client.get('/metrics', { authorization: 'Basic x' })).status, 'nobody is asked').to.equal(200)
    expect((await client.get('/metrics', { 'on-behalf-of': 'anna' })).status).to.equal(403)
    const opened = await client.post('/chats/', { title: 'Mine' }, { 'on-behalf-of': 'anna' })
    const chat = opened.headers.get('location') ?? ''
    expect((await client.get(chat, { 'on-behalf-of': 'anna' })).status).to.equal(200)
    expect((await client.get(chat, { 'on-behalf-of': 'bert' })).status).to.equal(404)
    expect((await client.get(chat, { 'on-behalf-of': '..' })).status).to.equal(400)
  })

  it('and none where there is one', async () => {
    const lines: string[] = []
    hold(await served(memoryStorage(), {}, lines, tokens({})), ({ stop }) => stop())
    expect(lines.join('\n')).to.not.include('authentication is off')
  })
})
