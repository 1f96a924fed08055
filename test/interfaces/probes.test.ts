import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { parse } from 'yaml'
import { problemTypes } from '../../src/interfaces/http/endpoint/problem-types.ts'
import type { Messenger } from '../../src/messenger.ts'
import { aChatOn, type Client, clientOf } from '../client.ts'
import { releasing } from '../releasing.ts'
import { memoryStorage, overEachStorage, served } from '../served.ts'

describe('Probes', () =>
  overEachStorage((storage) => {
    const hold = releasing()

    it('say that the service is alive and ready', async () => {
      const messenger = hold(await served(await storage()), ({ stop }) => stop())
      const client = clientOf(messenger.url)
      expect((await client.get<unknown>('/livez')).json).to.deep.equal({ status: 'ok' })
      const checks = { database: 'ok', migrations: 'ok', draining: 'ok' }
      expect((await client.get<unknown>('/readyz')).json).to.deep.equal({ status: 'ok', checks })
    })
  }))

describe('Metrics and logs', () => {
  let messenger: Messenger
  let client: Client
  const lines: string[] = []

  before(async () => {
    messenger = await served(memoryStorage(), {}, lines)
    client = clientOf(messenger.url)
  })
  after(() => messenger.stop())

  it('count requests by route template, so that ids and made-up paths add no series', async () => {
    const chat = await aChatOn(client)
    await client.get(chat)
    const series = async () =>
      (await client.get('/metrics')).text.split('\n').filter((line) => /^http_/.test(line)).length
    await client.get('/nowhere')
    await client.get('/chats/99999')
    await client.get('/metrics')
    const before = await series()
    for (let n = 100; n < 200; n++) {
      await client.get(`/chats/${n}`)
      await client.get(`/nowhere/${n}`)
    }
    expect(await series()).to.equal(before)
    const { text } = await client.get('/metrics')
    expect(text).to.match(
      /http_server_request_duration_seconds_count\{method="GET",route="\/chats\/\{chat_id\}",status_code="200"\} 1/,
    )
    expect(text).to.match(/http_server_active_requests 1\b/)
    expect(text).to.include('process_resident_memory_bytes')
  })

  it('know the route of what is refused before its endpoint is asked', async () => {
    const chat = await aChatOn(client)
    const template = '/chats/{chat_id}/messages/'
    const target = `${chat}/messages/`
    const post = (body: string, type: string, headers = {}) =>
      client.request('POST', target, { body, headers: { 'content-type': type, ...headers } })
    lines.length = 0
    const answers = [
      await client.request('PUT', target),
      await client.request('OPTIONS', target),
      await client.get('/chats/%zz/messages/'),
      await client.get(`${target}?${'a&'.repeat(1000)}a`),
      await post('{', 'application/json'),
      await post('{}', 'text/plain'),
      await post('x'.repeat(70_000), 'application/json'),
    ]
    const statuses = [405, 204, 400, 400, 400, 415, 413]
    expect(answers.map(({ status }) => status)).to.deep.equal(statuses)
    const logged = lines.map((line) => JSON.parse(line) as { readonly route: string; readonly status: number })
    expect(logged.map(({ route, status }) => [route, status])).to.deep.equal(
      statuses.map((status) => [template, status]),
    )
    const { text } = await client.get('/metrics')
    for (const [method, status] of [
      ['PUT', 405],
      ['OPTIONS', 204],
      ['GET', 400],
      ['POST', 400],
      ['POST', 415],
      ['POST', 413],
    ] as const)
      expect(text).to.include(`_count{method="${method}",route="${template}",status_code="${status}"}`)
  })

  it('write one line a request with its id, route, status and duration, and never a text, a title or a query', async () => {
    lines.length = 0
    const chat = await aChatOn(client, 'SECRET-title')
    await client.post(`${chat}/messages/`, { text: 'SECRET-text' }, { 'x-request-id': 'request-0001' })
    await client.post(`${chat}/messages/`, { text: ` SECRET${'x'.repeat(6000)}` })
    await client.get(`${chat}/messages/?limit=1&token=SECRET`)
    const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    expect(parsed).to.have.length(4)
    expect(parsed[1]).to.include({
      reqId: 'request-0001',
      method: 'POST',
      route: '/chats/{chat_id}/messages/',
      status: 201,
    })
    expect(parsed[1]?.['durationMs']).to.be.a('number')
    expect(lines.join('\n')).to.not.include('SECRET')
  })
})

describe('Documentation', () => {
  let messenger: Messenger
  let client: Client
  const file = readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8')

  before(async () => {
    messenger = await served(memoryStorage())
    client = clientOf(messenger.url)
  })
  after(() => messenger.stop())

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
    for (const asset of ['swagger-ui.css', 'swagger-ui-bundle.js', 'swagger-ui-init.js'])
      expect((await client.get(`/docs/${asset}`)).status).to.equal(200)
    expect((await client.get('/docs/swagger-ui-init.js')).text).to.include('"url": "/openapi.yaml"')
  })

  it('answers with no more types than it says', async () => {
    for (const target of ['/docs', '/openapi.yaml', '/openapi.json', '/metrics', '/problems/unavailable'])
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
})
