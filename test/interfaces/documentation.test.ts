import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { expect } from 'chai'
import { parse } from 'yaml'
import { keptFiles } from '../../src/interfaces/http/service/documentation-files.ts'
import { problemTypes } from '../../src/interfaces/http/endpoint/problem-types.ts'
import type { Messenger } from '../../src/messenger.ts'
import { aChatOn, type Client, clientOf } from '../client.ts'
import { memoryStorage, served } from '../served.ts'
import { until } from '../until.ts'

/** The files of the page. */
const typesOf = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'swagger-ui-standalone-preset.js': 'text/javascript; charset=utf-8',
  'swagger-ui-init.js': 'text/javascript; charset=utf-8',
  'favicon.svg': 'image/svg+xml',
}

describe('Documentation', () => {
  let messenger: Messenger
  let client: Client
  const file = readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')

  before(async () => {
    messenger = await served(memoryStorage())
    client = clientOf(messenger.url)
  })
  after(() => messenger.stop())

  const documents = ['/docs/', '/openapi.yaml', '/openapi.json', '/problems/unavailable']
  const files = Object.keys(typesOf).map((name) => `/docs/${name}`)

  it('is the file of the repository, byte for byte, and the same as JSON', async () => {
    expect((await client.get('/openapi.yaml')).text).to.equal(file)
    expect((await client.get<unknown>('/openapi.json')).json).to.deep.equal(parse(file))
  })

  it('is shown by Swagger UI at both spellings, with a policy that lets only its own scripts run', async () => {
    for (const target of ['/docs', '/docs/']) {
      const answer = await client.get(target)
      expect(answer.status).to.equal(200)
      expect(answer.text).to.include('<base href="/docs/">')
      expect(answer.headers.get('content-security-policy')).to.include("script-src 'self'")
      expect(answer.headers.get('content-security-policy')).to.not.include('upgrade-insecure-requests')
    }
  })

  it('answers with no more types than it says', async () => {
    for (const target of [...documents, ...files, '/metrics'])
      expect((await client.get(target, { accept: 'image/png' })).status).to.equal(406)
  })

  it('has a page for every problem type, and one entry for each in the document', async () => {
    const documented = (parse(file) as { components: { schemas: { ProblemType: { enum: string[] } } } }).components
      .schemas
    expect(documented.ProblemType.enum).to.have.members(Object.keys(problemTypes).map((name) => `/problems/${name}`))
    for (const [name, { title, status }] of Object.entries(problemTypes)) {
      const { text } = await client.get(`/problems/${name}`)
      expect(text).to.include(title).and.include(String(status))
    }
    for (const name of ['nothing', 'constructor', '__proto__', '<script>'])
      expect((await client.get(`/problems/${encodeURIComponent(name)}`)).status).to.equal(404)
  })

  it('is executed: every example of a request is answered as documented', async () => {
    const { paths } = parse(file) as {
      paths: Record<
        string,
        Record<string, { requestBody?: { content: Record<string, { examples: Record<string, { value: unknown }> }> } }>
      >
    }
    const chat = await aChatOn(client)
    await client.post(`${chat}/messages/`, { text: 'hello' })
    let executed = 0
    for (const [template, item] of Object.entries(paths))
      for (const method of ['post', 'patch'])
        for (const { value } of Object.values(item[method]?.requestBody?.content['application/json']?.examples ?? {})) {
          const target = template.replace('{chat_id}', chat.split('/')[2] ?? '').replace('{message_id}', '1')
          const answer = await client[method as 'post' | 'patch'](target, value)
          expect(answer.status).to.be.oneOf([200, 201])
          executed++
        }
    expect(executed).to.be.above(3)
  })

  it('asks its own page for no other file than it has, each of its type', async () => {
    const { text } = await client.get('/docs/')
    const asked = Array.from(text.matchAll(/(?:src|href)="\.\/([^"]+)"/g), ([, name]) => name)
    expect(asked).to.have.members(Object.keys(typesOf))
    for (const [name, type] of Object.entries(typesOf)) {
      const [get, head] = [await client.get(`/docs/${name}`), await client.request('HEAD', `/docs/${name}`)]
      expect([get.status, get.headers.get('content-type')], name).to.deep.equal([200, type])
      expect([head.status, head.text]).to.deep.equal([200, ''])
      for (const header of ['content-type', 'content-length', 'etag', 'cache-control', 'content-security-policy'])
        expect(head.headers.get(header), header).to.equal(get.headers.get(header))
    }
  })

  it('is sent once to who keeps it: after that 304, which leaves what is kept as it is', async () => {
    for (const target of [...documents, ...files]) {
      const whole = await client.get(target)
      const tag = whole.headers.get('etag') ?? ''
      expect(tag, target).to.match(/^"[\w-]{22}"$/)
      const kept = await client.get(target, { 'if-none-match': `"other", W/${tag}` })
      expect([kept.status, kept.text], target).to.deep.equal([304, ''])
      for (const header of ['etag', 'cache-control', 'content-security-policy'])
        expect(kept.headers.get(header), `${target} ${header}`).to.equal(whole.headers.get(header))
      expect((await client.get(target, { 'if-none-match': '"other"' })).status, target).to.equal(200)
      expect((await client.get(target, { 'if-none-match': 'other' })).status, target).to.equal(400)
      expect((await client.get(target, { 'if-match': tag })).status, target).to.equal(200)
      expect((await client.get(target, { 'if-match': '"other"' })).status, target).to.equal(412)
    }
  })

  it('is sent whole, whatever part of it or date is asked for', async () => {
    const date = 'Wed, 21 Oct 2015 07:28:00 GMT'
    for (const target of [...documents, ...files]) {
      const { text, headers } = await client.get(target)
      const conditions: Record<string, string>[] = [
        { range: 'bytes=0-9' },
        { range: 'bytes=99999999-' },
        { range: 'bytes=0-9', 'if-range': headers.get('etag') ?? '' },
        { 'if-modified-since': new Date().toUTCString() },
        { 'if-unmodified-since': date },
      ]
      for (const condition of conditions) {
        const answer = await client.get(target, condition)
        expect([answer.status, answer.text === text], `${target} ${JSON.stringify(condition)}`).to.deep.equal([
          200,
          true,
        ])
      }
    }
  })

  it('shows nothing else of the package that it comes from', async () => {
    for (const name of [
      'package.json',
      'index.html',
      'swagger-ui.js',
      'swagger-ui-bundle.js.map',
      'swagger-ui-init.js.map',
      'SWAGGER-UI.CSS',
      '..%2fpackage.json',
      '%00',
      'constructor',
      'a/b',
    ]) {
      const answer = await client.get(`/docs/${name}`, { range: 'bytes=0-1', 'if-none-match': '*' })
      expect([answer.status, answer.json.type], name).to.deep.equal([404, '/problems/not-found'])
    }
    expect((await client.get('/docs/%zz')).status).to.equal(400)
    for (const file of files) expect((await client.request('PUT', file)).status).to.equal(405)
  })

  it('holds no file open for who goes away before reading', async () => {
    const held = () => readdirSync('/dev/fd').length
    await client.get('/docs/swagger-ui-bundle.js')
    const before = held()
    const { port } = new URL(messenger.url)
    const socket = connect(Number(port), '127.0.0.1')
    socket.write('GET /docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(1000))
    await once(socket, 'readable')
    socket.destroy()
    await until(() => held() <= before)
  })
})

describe('A file of the documentation', () => {
  it('is read once, however many ask at once, and again when it could not be read', async () => {
    let reads = 0
    const read = async () => {
      if (++reads === 1) throw new Error('too many open files')
      return 'text'
    }
    const fileOf = keptFiles(new Map([['a.js', { type: 'text/javascript', read }]]))
    const failed = await Promise.allSettled([fileOf('a.js'), fileOf('a.js')])
    expect([failed.map(({ status }) => status), reads]).to.deep.equal([['rejected', 'rejected'], 1])
    const answers = await Promise.all([fileOf('a.js'), fileOf('a.js'), fileOf('a.js')])
    expect([new Set(answers).size, answers[0]?.body, reads]).to.deep.equal([1, 'text', 2])
    expect(fileOf('b.js')).to.equal(undefined)
  })
})
