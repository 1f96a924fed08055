import { once } from 'node:events'
import type { IncomingMessage, RequestListener } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { expect } from 'chai'
import { httpServer } from '../../src/interfaces/http/server/server.ts'
import { aChatOn, clientOf } from '../client.ts'
import { releasing } from '../releasing.ts'
import { memoryStorage, served } from '../served.ts'
import { until } from '../until.ts'
import { answersIn, connection, exchange, readToEnd } from '../wire.ts'

const LIMITS = { headersTimeout: 60_000, requestTimeout: 60_000, keepAliveTimeout: 60_000, answerStallTimeout: 60_000 }

const get = (path: number | string, more = '') => `GET /${path} HTTP/1.1\r\nHost: x\r\n${more}\r\n`
const CLOSING = 'Connection: close\r\n'

describe('A connection on which requests come before the answers to those before them', () => {
  const hold = releasing()

  /** A server, the targets of the requests that it has begun, and how many heads it has parsed. */
  const listening = async (app: RequestListener) => {
    const begun: string[] = []
    const sockets: Socket[] = []
    let parsed = 0
    const { server, drain } = httpServer((req, res) => {
      begun.push(req.url ?? '')
      app(req, res)
    }, LIMITS)
    hold(server, () => server.closeAllConnections())
    server.on('connection', (socket) => sockets.push(socket)).on('request', () => parsed++)
    await once(server.listen(0, '127.0.0.1'), 'listening')
    hold(server, () => void server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    /** Long enough for whatever the server would do without being asked. */
    const turns = async () => {
      for (let n = 0; n < 20; n++) await new Promise((resolve) => setImmediate(resolve))
    }
    return { url, begun, sockets, parsed: () => parsed, turns, drain }
  }

  const readAll = async (req: IncomingMessage) => {
    const pieces: Buffer[] = []
    for await (const piece of req) pieces.push(piece as Buffer)
    return Buffer.concat(pieces).toString()
  }

  const PAGE = 'x'.repeat(250_000)

  it('begins a request when the answer before it was flushed, however many are there, and answers all in order', async () => {
    const { url, begun, sockets, turns } = await listening((req, res) => res.end(`${req.url ?? ''}${PAGE}`))
    const client = await connection(url, hold)
    client.write(Array.from({ length: 600 }, (_, n) => get(n, n === 599 ? CLOSING : '')).join(''))
    await until(() => (sockets[0]?.writableLength ?? 0) > 0)
    await turns()
    // What two buffers of the system take, and one answer more.
    expect(begun.length).to.be.below(100)
    expect(sockets[0]?.writableLength).to.be.below(2 * PAGE.length)

    const answers = answersIn(await readToEnd(client))
    expect(answers.map(({ body }) => body.slice(0, body.indexOf('x')))).to.deep.equal(
      Array.from({ length: 600 }, (_, n) => `/${n}`),
    )
    expect(answers.at(-1)?.headers.get('connection')).to.equal('close')
  })

  it('never has two requests under way, whatever their bodies and methods', async () => {
    let underWay = 0
    const most: number[] = []
    const { url, begun } = await listening((req, res) => {
      most.push(++underWay)
      res.once('close', () => underWay--)
      void readAll(req).then((body) => setImmediate(() => res.end(`${req.method ?? ''} ${body}`)))
    })
    const post = (n: number) =>
      `POST /${n} HTTP/1.1\r\nHost: x\r\nContent-Length: ${String(n).length}\r\n\r\n${n}` +
      `POST /${n} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n#\r\n0\r\n\r\n`
    const requests = Array.from({ length: 500 }, (_, n) => post(n)).join('')
    const answers = await exchange(url, [requests + get('last', CLOSING)], hold)
    expect(answers.map(({ body }) => body)).to.deep.equal([
      ...Array.from({ length: 500 }, (_, n) => [`POST ${n}`, 'POST #']).flat(),
      'GET ',
    ])
    expect(begun).to.have.length(1001)
    expect(Math.max(...most)).to.equal(1)
  })

  for (const [what, request] of [
    ['nothing', get('')],
    ['a body', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\n#'],
  ] as const)
    it(`is read no further while a request with ${what} waits`, async () => {
      let answer = () => {}
      const { url, begun, parsed, turns } = await listening((req, res) => {
        req.resume()
        if (begun.length > 1) res.end()
        else answer = () => res.end()
      })
      const client = await connection(url, hold)
      const sent = Math.ceil(500_000 / request.length)
      client.write(request.repeat(sent) + get('last', CLOSING))
      await until(() => parsed() > 1)
      await turns()
      // One reading of a socket has at most so many bytes.
      const bound = Math.ceil(65_536 / request.length)
      expect(parsed()).to.be.at.most(bound)
      expect(begun).to.have.length(1)
      answer()
      let most = 0
      hold(
        setInterval(() => (most = Math.max(most, parsed() - begun.length)), 0),
        clearInterval,
      )
      expect(answersIn(await readToEnd(client))).to.have.length(sent + 1)
      expect(most).to.be.at.most(bound)
    })

  it('leaves nothing behind when it is cut: what waited is never begun', async () => {
    const { url, begun, sockets, turns } = await listening((_req, res) => res.end(PAGE))
    const client = await connection(url, hold)
    client.write(Array.from({ length: 600 }, (_, n) => get(n)).join(''))
    await until(() => (sockets[0]?.writableLength ?? 0) > 0)
    await turns()
    const before = begun.length
    client.resetAndDestroy()
    await until(() => sockets[0]?.closed ?? false)
    await turns()
    expect(begun).to.have.length(before).and.have.length.below(100)
  })

  it('goes on after 100 of them: keep-alive', async () => {
    const { url } = await listening((req, res) => res.end(req.url))
    const client = await connection(url, hold)
    let received = ''
    client.on('data', (piece: Buffer) => (received += piece.toString()))
    for (const n of [100, 200]) {
      client.write(Array.from({ length: 100 }, () => get('a')).join(''))
      await until(() => received.split('HTTP/1.1 200').length === n + 1)
    }
  })

  it('is closed after the last answer when the service stops', async () => {
    let answer = () => {}
    const { url, begun, parsed, drain } = await listening((req, res) => {
      if (begun.length > 1) res.end(req.url)
      else answer = () => res.end(req.url)
    })
    const client = await connection(url, hold)
    client.write(get(1) + get(2) + get(3))
    await until(() => parsed() === 3)
    const drained = drain(60_000)
    answer()
    const answers = answersIn(await readToEnd(client))
    expect(answers.map(({ body }) => body)).to.deep.equal(['/1', '/2', '/3'])
    expect(answers.map(({ headers }) => headers.get('connection'))).to.deep.equal(['keep-alive', 'keep-alive', 'close'])
    await drained
  })

  it('hears that it sent garbage after the answers to what came before it', async () => {
    const messenger = hold(await served(memoryStorage()), ({ stop }) => stop())
    const client = clientOf(messenger.url)
    const chat = await aChatOn(client)
    const text = '{"text":"hello"}'
    const post = `POST ${chat}/messages/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\n\r\n${text}`
    const GARBAGE = 'this is no HTTP\r\n\r\n'
    const cases = [
      [post + GARBAGE, [201, 400]],
      [post + post + post + GARBAGE, [201, 201, 201, 400]],
      [`${post}POST /chats/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`, [201, 400]],
      [`${post}${get('livez', CLOSING)}${GARBAGE}`, [201, 200]],
    ] as const
    for (const [sent, statuses] of cases)
      expect((await exchange(messenger.url, [sent], hold)).map(({ status }) => status)).to.deep.equal(statuses)
    const messages = (await client.get<unknown[]>(`${chat}/messages/?limit=100`)).json
    expect(messages).to.have.length(6)
  })

  it('is closed when the last of them takes the service for a proxy', async () => {
    const { url, sockets } = await listening((req, res) => res.end(req.url))
    const client = await connection(url, hold)
    client.write(`${get(1)}${get(2)}${get(3)}CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n`)
    const answers = answersIn(await readToEnd(client))
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 404])
    await until(() => sockets[0]?.closed ?? false)
  })

  it('is not written into when it breaks while an answer is on its way', async () => {
    const { url } = await listening((_req, res) => {
      res.write('begun')
    })
    const client = await connection(url, hold)
    client.write('GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
    await once(client, 'readable')
    client.write('zz\r\n'.repeat(10))
    expect(await readToEnd(client)).to.match(/5\r\nbegun\r\n$/)
  })
})
