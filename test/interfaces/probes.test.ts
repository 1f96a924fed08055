import { expect } from 'chai'
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
    const missing = async (target: string) => expect((await client.get(target)).status).to.equal(404)
    await missing('/nowhere')
    await missing('/chats/99999')
    await client.get('/metrics')
    const before = await series()
    for (let n = 100; n < 200; n++) {
      await missing(`/chats/${n}`)
      await missing(`/nowhere/${n}`)
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
    expect((await client.post(`${chat}/messages/`, { text: ` SECRET${'x'.repeat(6000)}` })).status).to.equal(422)
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
