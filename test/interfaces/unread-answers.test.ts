import { once } from 'node:events'
import type { RequestListener, ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { httpServer } from '../../src/interfaces/http/server/server.ts'
import { aChatOn, clientOf } from '../client.ts'
import { releasing } from '../releasing.ts'
import { memoryStorage, served } from '../served.ts'
import { until } from '../until.ts'
import { answersIn, connection, readToEnd } from '../wire.ts'

const A_MEGABYTE = 1_000_000
/** More than the system takes of an answer that nobody reads. */
const LARGE = Buffer.alloc(64 * A_MEGABYTE, 'x')
const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n'

describe('An answer that nobody reads', () => {
  const hold = releasing()

  const listening = async (answerStallTimeout: number, app: RequestListener) => {
    const answers: ServerResponse[] = []
    const sockets: Socket[] = []
    const patient = { headersTimeout: 60_000, requestTimeout: 60_000, keepAliveTimeout: 60_000 }
    const { server } = httpServer(
      (req, res) => {
        answers.push(res)
        app(req, res)
      },
      { ...patient, answerStallTimeout },
    )
    server.on('connection', (socket) => sockets.push(socket))
    hold(server, () => server.closeAllConnections())
    await once(server.listen(0, '127.0.0.1'), 'listening')
    hold(server, () => void server.close())
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, answers, sockets }
  }

  const readAMegabyte = async (socket: Socket) => {
    for (let read = 0; read < A_MEGABYTE;) {
      const piece = socket.read() as Buffer | null
      if (piece === null) await once(socket, 'readable')
      else read += piece.length
    }
  }

  it('is given up with its connection, and so is what waits behind it', async () => {
    const { url, answers } = await listening(100, (_req, res) => res.end(LARGE))
    const client = await connection(url, hold)
    client.write(GET + GET)
    await until(() => answers[0]?.closed ?? false)
    expect(answers).to.have.length(1)
    expect(answers[0]).to.include({ writableEnded: true, writableFinished: false })
  })

  it('is given all the time that a slow reader needs who reads on', async () => {
    const { url, answers } = await listening(1000, (_req, res) => res.end(LARGE))
    const client = await connection(url, hold)
    client.write(GET)
    const begun = performance.now()
    for (let read = 0; read < 60; read++) {
      await readAMegabyte(client)
      await sleep(50)
    }
    expect(performance.now() - begun).to.be.above(2000)
    client.resume()
    await until(() => answers[0]?.writableFinished ?? false)
  })

  it('costs the requests after it nothing, when it was read at last', async () => {
    let answer = () => {}
    const { url, answers } = await listening(300, (_req, res) => {
      if (answers.length === 1) res.end(LARGE)
      else answer = () => res.setHeader('connection', 'close').end('.')
    })
    const client = await connection(url, hold)
    client.write(GET + GET)
    const received = readToEnd(client)
    await until(() => answers.length === 2)
    // As long as an answer takes that is being made.
    await sleep(1000)
    answer()
    expect(answersIn(await received).map(({ status }) => status)).to.deep.equal([200, 200])
  })

  it('may be as long as its writer lets it be, when it is not ended', async () => {
    const { url, answers } = await listening(100, (_req, res) => void res.write(LARGE))
    const client = await connection(url, hold)
    client.write(GET)
    await until(() => answers.length === 1)
    await sleep(500)
    expect(answers[0]?.closed).to.equal(false)
  })

  it('does not keep a connection on which nothing is understood, whose client does not close it', async () => {
    const { url, sockets } = await listening(100, (_req, res) => res.end())
    const client = await connection(url, hold)
    client.allowHalfOpen = true
    client.write('garbage\r\n\r\n')
    await once(client, 'readable')
    await until(() => sockets[0]?.closed ?? false)
    expect(client.writable).to.equal(true)
  })

  it('is logged and measured as one that was cut', async () => {
    const lines: string[] = []
    const messenger = hold(await served(memoryStorage(), { ANSWER_STALL_TIMEOUT_MS: '100' }, lines), ({ stop }) =>
      stop(),
    )
    const client = clientOf(messenger.url)
    const chat = await aChatOn(client)
    for (let n = 0; n < 100; n++) await client.post(`${chat}/messages/`, { text: '🫖'.repeat(5000) })
    const reader = await connection(messenger.url, hold)
    reader.write(`GET ${chat}/messages/?limit=100 HTTP/1.1\r\nHost: x\r\nX-Request-Id: nobody-reads\r\n\r\n`.repeat(50))
    const entries = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    const route = '/chats/{chat_id}/messages/'
    await until(() => entries().some(({ status }) => status === 499))
    const cut = entries().filter(({ reqId }) => reqId === 'nobody-reads')
    expect(cut.at(-1)).to.include({ method: 'GET', route, status: 499, msg: 'request' })
    expect(cut.filter(({ status }) => status !== 200)).to.have.length(1)
    expect(cut.length).to.be.below(50)
    const { text } = await client.get('/metrics')
    expect(text).to.match(/_count\{method="GET",route="\/chats\/\{chat_id\}\/messages\/",status_code="499"\} 1\n/)
    expect(text).to.match(/http_server_active_requests 1\n/)
  })
})
