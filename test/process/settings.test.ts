import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { Agent, get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { expect } from 'chai'
import { Variables } from '../../src/config.ts'
import { aChatOn } from '../client.ts'
import { releasing } from '../releasing.ts'
import { cleanUp, onlyOnLinux, start } from './server-process.ts'

/** Each number at an end of what is allowed, together; but for times that a busy machine does not keep. */
const LEAST = {
  DATABASE_POOL_SIZE: '1',
  HEADERS_TIMEOUT_MS: '10000',
  REQUEST_TIMEOUT_MS: '10000',
  KEEP_ALIVE_TIMEOUT_MS: '0',
  STREAM_LIMIT: '0',
  STREAM_STALL_TIMEOUT_MS: '100',
  SHUTDOWN_DELAY_MS: '0',
  SHUTDOWN_TIMEOUT_MS: '0',
}
const MOST = {
  DATABASE_POOL_SIZE: '500',
  HEADERS_TIMEOUT_MS: '600000',
  REQUEST_TIMEOUT_MS: '600000',
  KEEP_ALIVE_TIMEOUT_MS: '600000',
  STREAM_LIMIT: '1000000',
  STREAM_STALL_TIMEOUT_MS: '600000',
  SHUTDOWN_TIMEOUT_MS: '600000',
}

onlyOnLinux('The settings of the service', function () {
  this.timeout(60_000)
  afterEach(cleanUp)
  const hold = releasing()

  it('are refused together, with 78, before anything is started', async () => {
    const server = start({ REQUEST_TIMEOUT_MS: '5000' })
    const { code, stderr } = await server.exit
    expect(code).to.equal(78)
    expect(stderr.trim().split('\n')).to.deep.equal([
      'HEADERS_TIMEOUT_MS must not be above REQUEST_TIMEOUT_MS, which counts the head of a request, too: lower the one or raise the other',
    ])
    expect(server.logs).to.deep.equal([])
    expect(readdirSync(server.dataDir)).to.deep.equal([])
  })

  for (const [which, settings] of [
    ['smallest', LEAST],
    ['largest', MOST],
  ] as const)
    it(`serve when each is the ${which} that is allowed`, async () => {
      expect(Object.keys(Variables.props)).to.include.members(Object.keys(settings))
      const server = start(settings)
      const client = await server.listening()
      const chat = await aChatOn(client)
      const sent = await Promise.all(
        Array.from({ length: 150 }, (_, index) => client.post(`${chat}/messages/`, { text: `number ${index}` })),
      )
      expect(sent.filter(({ status }) => status !== 201)).to.deep.equal([])
      const lists = await Promise.all(Array.from({ length: 150 }, () => client.get('/chats/')))
      expect(lists.filter(({ status }) => status !== 200)).to.deep.equal([])
      server.kill('SIGTERM')
      expect((await server.exit).code).to.equal(0)
    })

  it('reach the socket: a request whose head, or whose body, does not arrive in time is answered with 408', async () => {
    const server = start({ STORAGE: 'memory', HEADERS_TIMEOUT_MS: '300', REQUEST_TIMEOUT_MS: '600' })
    const { port } = new URL((await server.listening()).url)
    const answerTo = (text: string) =>
      new Promise<string>((resolve, reject) => {
        let answer = ''
        connect(Number(port), '127.0.0.1')
          .on('data', (chunk) => (answer += String(chunk)))
          .on('error', reject)
          .on('close', () => resolve(answer))
          .write(text)
      })
    const head = 'POST /chats/ HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 20\r\n'
    const answers = await Promise.all([answerTo(head), answerTo(`${head}\r\n{"title"`)])
    for (const answer of answers) expect(answer).to.match(/^HTTP\/1.1 408 /)
  })

  it('reach the socket: a connection may wait for its next request as long as KEEP_ALIVE_TIMEOUT_MS, and is told so', async () => {
    const server = start({ STORAGE: 'memory', KEEP_ALIVE_TIMEOUT_MS: '77000' })
    const { hostname, port } = new URL((await server.listening()).url)
    const [answer] = (await once(
      get({ hostname, port, path: '/livez', agent: hold(new Agent({ keepAlive: true }), (agent) => agent.destroy()) }),
      'response',
    )) as [IncomingMessage]
    answer.resume()
    expect(answer.headers['keep-alive']).to.equal('timeout=77')
  })
})
