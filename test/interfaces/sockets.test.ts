import { expect } from 'chai'
import type { Messenger } from '../../src/messenger.ts'
import { record } from '../recorder.ts'
import { releasing } from '../releasing.ts'
import { memoryStorage, served } from '../served.ts'
import { until } from '../until.ts'
import { answersIn, connection, readToEnd } from '../wire.ts'

describe('What arrives on a socket', () => {
  let messenger: Messenger
  /** One that gives up soon. The others have all the time that a busy machine takes. */
  let impatient: Messenger

  const hold = releasing(after)
  const release = releasing()

  /** What comes back for these bytes, until the server closes the connection. */
  const exchange = async (url: string, pieces: readonly string[]) => {
    const socket = await connection(url, release)
    for (const piece of pieces) socket.write(piece, 'latin1')
    return readToEnd(socket)
  }
  const parsed = (received: string) => answersIn(received)[0] ?? expect.fail('no answer')

  before(async () => {
    const limits = { HEADERS_TIMEOUT_MS: '500', REQUEST_TIMEOUT_MS: '1000' }
    messenger = hold(await served(memoryStorage()), ({ stop }) => stop())
    impatient = hold(await served(memoryStorage(), limits), ({ stop }) => stop())
  })

  const expectProblem = async (pieces: readonly string[], status: number, name: string, at = messenger) => {
    const target = '/chats/'
    const answer = parsed(await exchange(at.url, pieces))
    expect(answer.status).to.equal(status)
    record({ method: 'POST', target, ...answer })
    expect(JSON.parse(answer.body)).to.include({ type: `/problems/${name}`, status })
    expect(answer.headers.get('connection')).to.equal('close')
  }

  it('is given up with 408 when the head takes too long', () =>
    expectProblem(['POST /chats/ HTTP/1.1\r\nHost: x\r\nX-Slow: '], 408, 'request-timeout', impatient))

  it('is given up with 408 when the body takes too long', () =>
    expectProblem(
      ['POST /chats/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n\r\n{"title"'],
      408,
      'request-timeout',
      impatient,
    ))

  it('is refused with 431 when the head is too large', () =>
    expectProblem(
      [`POST /chats/ HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`],
      431,
      'headers-too-large',
    ))

  for (const [name, head] of [
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['two lengths', 'POST /chats/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n'],
    [
      'a length beside chunks',
      'POST /chats/ HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
    ],
    ['a line break in a header', 'POST /chats/ HTTP/1.1\r\nHost: x\r\nX-A: a\x01b\r\n\r\n'],
  ] as const)
    it(`is refused with 400 when it is ${name}`, () => expectProblem([head], 400, 'malformed-request'))

  const HEAD = 'Host: x\r\nConnection: close\r\nContent-Type: application/json\r\n'

  it('may name a host before the path, and a fragment behind it', async () => {
    for (const target of ['http://elsewhere/chats/?limit=1', '/chats?limit=1#top', 'http://[bad/chats#'])
      expect(parsed(await exchange(messenger.url, [`GET ${target} HTTP/1.1\r\n${HEAD}\r\n`])).status).to.equal(200)
    for (const [target, path] of [
      ['http://elsewhere', '/'],
      ['http://elsewhere?x', '/'],
      ['http://[bad/nowhere#top', '/nowhere'],
      ['*', '*'],
    ] as const)
      for (const method of ['GET', 'OPTIONS']) {
        const { status, body } = parsed(await exchange(messenger.url, [`${method} ${target} HTTP/1.1\r\n${HEAD}\r\n`]))
        expect(status, target).to.equal(404)
        expect(JSON.parse(body)).to.include({ detail: `Nothing is served at ${path}` })
      }
  })

  it('may have a body in chunks, of which none is no body', async () => {
    const chunked = `POST /chats/ HTTP/1.1\r\n${HEAD}Transfer-Encoding: chunked\r\n\r\n`
    const pieces = [chunked, '9\r\n{"title":\r\n', '4\r\n"x"}\r\n', '0\r\n\r\n']
    expect(parsed(await exchange(messenger.url, pieces)).status).to.equal(201)
    const untyped = chunked.replace('Content-Type', 'X-Type')
    for (const pieces of [
      [chunked, '0\r\n\r\n'],
      [untyped, '0\r\n\r\n'],
      [chunked, '3\r\n\xef\xbb\xbf\r\n', '0\r\n\r\n'],
    ]) {
      const { status, body } = parsed(await exchange(messenger.url, pieces))
      expect(status).to.equal(422)
      expect(JSON.parse(body)).to.include({ detail: '# is missing' })
    }
  })

  it('hears of a refusal when it has sent everything, on a connection that goes on', async () => {
    const tooLarge = 'x'.repeat(200_000)
    const answer = await exchange(messenger.url, [
      `POST /chats/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 200000\r\n\r\n${tooLarge}`,
      `POST /chats/ HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 200000\r\n\r\n${tooLarge}`,
      `GET /livez HTTP/1.1\r\n${HEAD}\r\n`,
    ])
    expect(Array.from(answer.matchAll(/HTTP\/1\.1 (\d+) /g), ([, status]) => status)).to.deep.equal([
      '413',
      '415',
      '200',
    ])
  })

  it('does not hold the service up when the client goes away in the middle, which is logged and measured', async () => {
    const lines: string[] = []
    const observed = release(await served(memoryStorage(), {}, lines), ({ stop }) => stop())
    const entries = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>)
    const framed = 'POST /chats/ HTTP/1.1\r\nHost: x\r\nX-Request-Id: goes-away\r\nContent-Type: application/json\r\n'
    const heads = [
      `${framed}Content-Length: 20\r\n\r\n{"ti`,
      `${framed}Transfer-Encoding: chunked\r\n\r\n4\r\n{"ti\r\n`,
      `${framed}Content-Encoding: gzip\r\nContent-Length: 20\r\n\r\n\x1f\x8b\x08`,
      `${framed}Content-Encoding: lzma\r\nContent-Length: 20\r\n\r\nx`,
    ]
    const metrics = async () => (await fetch(`${observed.url}/metrics`)).text()
    for (const head of heads) {
      const socket = await connection(observed.url, release)
      socket.write(head, 'latin1')
      const isUnderWay = async () => /^http_server_active_requests 2$/m.test(await metrics())
      await until(isUnderWay)
      socket.resetAndDestroy()
      await until(async () => !(await isUnderWay()))
    }
    const cut = entries().filter(({ reqId }) => reqId === 'goes-away')
    expect(cut).to.have.length(heads.length)
    for (const line of cut) {
      expect(line).to.include({ level: 30, method: 'POST', route: '/chats/', status: 499, msg: 'request' })
      expect(line['durationMs']).to.be.a('number')
    }
    const count = /^http_server_request_duration_seconds_count\{method="POST",route="\/chats\/",status_code="499"\} 4$/m
    expect(await metrics()).to.match(count)
  })
})
