import { connect } from 'node:http2'
import { expect } from 'chai'
import { type Client, createClient } from '../../src/client/index.ts'
import { runConformance } from '../../src/conformance/index.ts'
import { goal } from '../goal.ts'
import { cleanUp, type ServerProcess, start } from '../process/server-process.ts'
import { releasing } from '../releasing.ts'
import { until } from '../until.ts'
import { cases } from './proxies.ts'
import { aProxy, type Change, type Proxy, PUBLIC_HOST, recipeOf } from './proxy.ts'

const HERE = `https://${PUBLIC_HOST}/chat`

/** Seconds between signs of life of a stream. */
const HEARTBEAT = 15

/** What a stream has said so far. */
const textOf = ({ headers, body }: Response): (() => string) => {
  let told = ''
  const plain = headers.get('content-encoding') === 'gzip' ? body?.pipeThrough(new DecompressionStream('gzip')) : body
  const read = async () => {
    for await (const piece of plain?.pipeThrough(new TextDecoderStream()) ?? []) told += piece
  }
  read().catch(() => 'it was left')
  return () => told
}

for (const { name, itself, wait, idle, compressing, compressed } of cases)
  describe(`Behind ${name}`, () => {
    const hold = releasing(after)
    let server: ServerProcess
    let upstream: readonly Change[]
    let proxy: Proxy
    let client: Client

    before(async function () {
      server = start({ STORAGE: 'memory', BASE_PATH: '/chat', ALLOWED_HOSTS: PUBLIC_HOST })
      const { host } = new URL((await server.listening()).url)
      upstream = (name === 'haproxy' ? ['127.0.0.1:8001', '127.0.0.1:8002'] : ['127.0.0.1:8000']).map(
        (said) => [said, host] as const,
      )
      const found = await aProxy(name, hold, upstream)
      if (!found) return this.skip()
      proxy = found
      client = createClient({ baseUrl: HERE, fetch: proxy.fetch })
    })
    after(cleanUp)

    const openStreams = async () => {
      const { url } = await server.listening()
      return Number(/^event_streams_open (\d+)/m.exec(await (await fetch(`${url}/metrics`)).text())?.[1])
    }

    it('the service keeps every promise of the contract, but for what the proxy answers by itself', async () => {
      const results = await runConformance({ baseUrl: HERE, fetch: proxy.fetch })
      const failed = results.filter(({ error }) => error !== undefined)
      const reasons = failed.map(({ title, error }) => `${title}: ${String(error)}`).join('\n')
      expect(
        failed.map(({ title }) => title),
        reasons,
      ).to.deep.equal(itself)
    })

    it('what is outside of the path does not reach the service, and the path itself leads to its entry', async () => {
      for (const target of ['/readyz', '/metrics', '/chats/', '/chatter/']) {
        const answer = await proxy.fetch(`https://${PUBLIC_HOST}${target}`)
        expect(answer.headers.get('x-request-id'), target).to.equal(null)
        await answer.text()
      }
      const { status, headers } = await proxy.fetch(HERE)
      expect([status, new URL(headers.get('location') ?? '', HERE).pathname]).to.deep.equal([308, '/chat/'])
    })

    it('a request with a long credential is heard, and found in both logs by its id, without its query', async function () {
      const id = `id-${performance.now()}`
      const headers = { authorization: `Bearer ${'x'.repeat(12_000)}`, 'x-request-id': id }
      const answer = await proxy.fetch(`${HERE}/chats/?limit=1&access_token=secret`, { headers })
      expect([answer.status, answer.headers.get('x-request-id')]).to.deep.equal([200, id])
      await until(() => server.logs.some((line) => 'reqId' in line && line.reqId === id))
      // Caddy writes no log unless it is told to.
      if (name === 'caddy') return
      await until(async () => (await proxy.log()).includes(id))
      const line = (await proxy.log()).split('\n').find((written) => written.includes(id)) ?? ''
      expect(line).to.include('/chat/chats/').and.not.include('secret')
    })

    it('a stream tells at once, over either version of HTTP, and the service hears at once that its reader left', async () => {
      const chat = await client.createChat({ title: 'Release party' })
      const session = hold(
        connect(`https://${PUBLIC_HOST}`, {
          ...{ host: '127.0.0.1', port: proxy.port, servername: PUBLIC_HOST, ca: proxy.certificate },
        }),
        (opened) => opened.destroy(),
      )
      const streams = Array.from({ length: 10 }, () => {
        const stream = session.request({ ':path': `/chat/chats/${chat.id}/events` })
        let told = ''
        stream.setEncoding('utf8').on('data', (piece: string) => (told += piece))
        return { told: () => told, close: () => stream.close() }
      })
      await until(() => streams.every(({ told }) => told().includes('event: begin')))
      const began = performance.now()
      await client.sendMessage(chat.id, { text: 'hello' })
      await until(() => streams.every(({ told }) => told().endsWith('}\n\n') && told().includes('hello')))
      expect(performance.now() - began).to.be.below(goal(1000))

      const leaving = new AbortController()
      await proxy.fetch(`${HERE}/chats/${chat.id}/events`, { signal: leaving.signal })
      await until(async () => (await openStreams()) === 11)
      leaving.abort()
      for (const { close } of streams) close()
      const left = performance.now()
      await until(async () => (await openStreams()) === 0)
      expect(performance.now() - left, 'not by what it is sent next').to.be.below(HEARTBEAT * 500)
    })

    it('the recipe waits longer than a stream is silent, and lets go of idle connections before the service does', () => {
      const secondsIn = (pattern: RegExp) => Number(pattern.exec(recipeOf(name))?.[1])
      if (wait) expect(secondsIn(wait)).to.be.at.least(2 * HEARTBEAT)
      if (idle) expect(secondsIn(idle)).to.be.below(65)
    })

    const cutting = async (silence: RegExp) => {
      const said = silence.exec(recipeOf(name))?.[0] ?? ''
      const hasty = (await aProxy(name, hold, [...upstream, [said, said.replace(/\d+s/, '1s')]])) as Proxy
      let connections = 0
      const counting: typeof fetch = (input, init) => {
        connections++
        return hasty.fetch(input, init)
      }
      const chat = await client.createChat({ title: 'Release party' })
      const follower = createClient({ baseUrl: HERE, fetch: counting }).follow(chat.id, { after: 0 })
      await client.sendMessage(chat.id, { text: 'before' })
      expect((await follower.next()).value).to.containSubset({ type: 'message', message: { text: 'before' } })
      const next = follower.next()
      await until(() => connections > 1)
      await client.sendMessage(chat.id, { text: 'after' })
      expect((await next).value).to.containSubset({ type: 'message', message: { text: 'after' } })
      await follower.return?.()
    }

    if (wait) it('a stream that the proxy cuts goes on, and misses nothing', () => cutting(wait))

    it('compression changes what tags are, and never a stream', async () => {
      const squeezing = (await aProxy(name, hold, [...upstream, compressing])) as Proxy
      const chat = await client.createChat({ title: 'Release party', metadata: { note: 'x'.repeat(2000) } })
      const target = `${HERE}/chats/${chat.id}`
      const headers = { 'accept-encoding': 'gzip', 'content-type': 'application/json' }
      const read = await squeezing.fetch(target, { headers })
      const tag = read.headers.get('etag') ?? ''
      expect(read.headers.get('content-encoding')).to.equal('gzip')
      expect(tag).to.match(compressed[0])
      expect((await squeezing.fetch(target, { headers: { ...headers, 'if-none-match': tag } })).status).to.equal(304)
      const edit = (ifMatch: string) =>
        squeezing.fetch(target, {
          method: 'PATCH',
          headers: { ...headers, 'if-match': ifMatch },
          body: '{"title":"y"}',
        })
      expect((await edit(tag)).status).to.equal(compressed[1])
      if (compressed[1] === 412) expect((await edit(tag.replace('W/', ''))).status).to.equal(200)

      const leaving = new AbortController()
      const stream = await squeezing.fetch(`${target}/events?after=0`, { headers, signal: leaving.signal })
      // It takes no notice of no-transform, and holds nothing back all the same.
      expect(stream.headers.get('content-encoding')).to.equal(name === 'nginx' ? 'gzip' : null)
      const told = textOf(stream)
      await until(() => told().includes('"title":"y"') && told().endsWith('\n\n'))
      await client.sendMessage(chat.id, { text: 'hello' })
      await until(() => told().includes('hello') && told().endsWith('\n\n'))
      leaving.abort()
    })
  })
