import { once } from 'node:events'
import { expect } from 'chai'
import type { Messenger } from '../../src/messenger.ts'
import { aChatOn, clientOf } from '../client.ts'
import { record } from '../recorder.ts'
import { releasing } from '../releasing.ts'
import { memoryStorage, served } from '../served.ts'
import { answersIn, connection, exchange, readToEnd, type WireAnswer } from '../wire.ts'

const CLOSING = 'Connection: close\r\n'
const JSON_TYPE = 'Content-Type: application/json\r\n'
const EXPECT = 'Expect: 100-continue\r\n'
const GET = 'GET /livez HTTP/1.1\r\n'
const POST = 'POST /chats/ HTTP/1.1\r\nHost: x\r\n'

describe('The head of a request', () => {
  const hold = releasing()
  let messenger: Messenger

  beforeEach(async () => {
    messenger = hold(await served(memoryStorage(), { ALLOWED_HOSTS: 'my_host.example.org' }), ({ stop }) => stop())
  })

  const recorded = (sent: string, answer: WireAnswer) => {
    const [method = '', target = ''] = sent.split(/[ \r]/)
    record({ method, target, ...answer })
    return answer
  }

  const expectProblem = (sent: string, answer: WireAnswer | undefined, status: number, name: string) => {
    expect(answer?.status, sent).to.equal(status)
    if (!answer) return
    const { headers, body } = recorded(sent, answer)
    const id = headers.get('x-request-id') ?? ''
    expect(JSON.parse(body)).to.include({ type: `/problems/${name}`, status, instance: `urn:request:${id}` })
    expect(headers.get('date')).to.match(/GMT$/)
  }

  it('names one host: whatever names none, two or something else is refused', async () => {
    for (const fields of [
      '',
      'Host: x\r\nHost: x\r\n',
      'Host: x\r\nhOST: y\r\n',
      `Host: x\r\n${'a:\r\n'.repeat(2100)}Host: y\r\n`,
      'Host: x y\r\n',
      'Host: x, y\r\n',
      'Host: x/y\r\n',
      'Host: me@x\r\n',
      'Host: x:y\r\n',
      'Host: [::1\r\n',
    ])
      for (const line of [
        GET,
        'GET /nowhere HTTP/1.1\r\n',
        'PUT /chats/ HTTP/1.1\r\n',
        'OPTIONS /chats/ HTTP/1.1\r\n',
      ]) {
        const sent = `${line}${fields}${CLOSING}\r\n`
        const answers = await exchange(messenger.url, [sent], hold)
        expect(answers).to.have.length(1)
        expectProblem(sent, answers[0], 400, 'malformed-request')
      }
    for (const host of [
      'x',
      '',
      'x:',
      'x:80',
      'my_host.example.org',
      '127.0.0.1:8000',
      '[::1]',
      '[fe80::1%25eth0]:8000',
    ])
      expect((await exchange(messenger.url, [`${GET}Host: ${host}\r\n${CLOSING}\r\n`], hold))[0]?.status).to.equal(200)
    for (const version of ['', ' HTTP/1.0'])
      expect((await exchange(messenger.url, [`GET /livez${version}\r\n\r\n`], hold))[0]?.status).to.equal(200)
  })

  it('may have as many fields as fit, of which none is left out', async () => {
    const chat = await aChatOn(clientOf(messenger.url))
    const many = `${'a:\r\n'.repeat(2100)}Idempotency-Key: the-last\r\n`
    const sent = `POST ${chat}/messages/ HTTP/1.1\r\nHost: x\r\n${JSON_TYPE}Content-Length: 12\r\n${many}\r\n{"text":"x"}`
    const answers = await exchange(messenger.url, [sent, sent, `${GET}Host: x\r\n${CLOSING}\r\n`], hold)
    expect(answers.map(({ headers }) => headers.get('idempotency-replayed'))).to.deep.equal([null, 'true', null])
  })

  it('may expect 100-continue, and nothing else', async () => {
    for (const line of [GET, 'GET /nowhere HTTP/1.1\r\n', 'POST /chats/ HTTP/1.1\r\n']) {
      const sent = `${line}Host: x\r\nExpect: 200-ok\r\n${CLOSING}\r\n`
      const answers = await exchange(messenger.url, [sent], hold)
      expect(answers).to.have.length(1)
      expectProblem(sent, answers[0], 417, 'expectation-failed')
    }
    expect(
      (await exchange(messenger.url, ['GET /livez HTTP/1.0\r\nExpect: 200-ok\r\n\r\n'], hold))[0]?.status,
    ).to.equal(200)
  })

  it('may ask for another protocol, which it does not get', async () => {
    const sent = `${GET}Host: x\r\nConnection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n`
    expect((await exchange(messenger.url, [sent], hold))[0]?.status).to.equal(200)
    const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
    expectProblem(preface, (await exchange(messenger.url, [preface], hold))[0], 400, 'malformed-request')
  })

  it('may take the service for a proxy, and hears after every answer before that it is none', async () => {
    const sent = 'CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\nsecret'
    const answers = await exchange(messenger.url, [`${GET}Host: x\r\n\r\n`.repeat(3) + sent], hold)
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 404])
    expectProblem(sent, answers[3], 404, 'not-found')
    expect(answers[3]?.body).to.not.include('secret')
  })

  const refused: readonly (readonly [status: number, name: string, head: string])[] = [
    [413, 'content-too-large', `${POST}${JSON_TYPE}Content-Length: 65537\r\n`],
    [413, 'content-too-large', `${POST}${JSON_TYPE}Content-Encoding: gzip\r\nContent-Length: 131073\r\n`],
    [415, 'unsupported-media-type', `${POST}Content-Type: text/plain\r\nContent-Length: 12\r\n`],
    [415, 'unsupported-media-type', `${POST}Content-Type: text/plain\r\nTransfer-Encoding: chunked\r\n`],
    [415, 'unsupported-media-type', `${POST}${JSON_TYPE}Content-Encoding: lzma\r\nContent-Length: 12\r\n`],
    [406, 'not-acceptable', `${POST}${JSON_TYPE}Accept: image/png\r\nContent-Length: 12\r\n`],
    [405, 'method-not-allowed', `PUT /chats/ HTTP/1.1\r\nHost: x\r\n${JSON_TYPE}Content-Length: 12\r\n`],
    [404, 'not-found', `POST /nowhere HTTP/1.1\r\nHost: x\r\n${JSON_TYPE}Content-Length: 12\r\n`],
    [400, 'malformed-request', `POST /chats/ HTTP/1.1\r\n${JSON_TYPE}Content-Length: 12\r\n`],
    [400, 'malformed-request', `PATCH /chats/%zz HTTP/1.1\r\nHost: x\r\n${JSON_TYPE}Content-Length: 12\r\n`],
  ]
  it('is enough to refuse a body that its client has not begun to send: no 100 Continue', async () => {
    for (const [status, name, head] of refused) {
      const answers = await exchange(messenger.url, [`${head}${EXPECT}\r\n`], hold)
      expect(
        answers.map((answer) => answer.status),
        head,
      ).to.deep.equal([status])
      expectProblem(head, answers[0], status, name)
    }
  })

  it('lets a body come that may be taken: 100 Continue, and then its answer', async () => {
    for (const framing of ['Content-Length: 65536\r\n', 'Transfer-Encoding: chunked\r\n']) {
      const client = await connection(messenger.url, hold)
      client.write(`${POST}${JSON_TYPE}${framing}${EXPECT}${CLOSING}\r\n`)
      const [word] = (await once(client, 'data')) as [Buffer]
      expect(word.toString()).to.equal('HTTP/1.1 100 Continue\r\n\r\n')
      const text = '{"title":"x"}'
      client.write(framing.startsWith('C') ? text.padEnd(65_536) : `d\r\n${text}\r\n0\r\n\r\n`)
      expect(answersIn(await readToEnd(client)).map(({ status }) => status)).to.deep.equal([201])
    }
  })

  it('before HTTP/1.1 is followed by its body, whatever it expects', async () => {
    const sent = `POST /chats/ HTTP/1.0\r\n${JSON_TYPE}Content-Length: 13\r\n${EXPECT}\r\n{"title":"x"}`
    expect((await exchange(messenger.url, [sent], hold)).map(({ status }) => status)).to.deep.equal([201])
  })

  it('is enough to refuse a body that is too large; the client may send it all the same, and ask again', async () => {
    const client = await connection(messenger.url, hold)
    client.write(`${POST}${JSON_TYPE}Content-Length: 1000000\r\n\r\n`)
    const [first] = (await once(client, 'data')) as [Buffer]
    expectProblem(POST, answersIn(first.toString())[0], 413, 'content-too-large')
    client.write('x'.repeat(1_000_000))
    client.write(`${GET}Host: x\r\n${CLOSING}\r\n`)
    expect(answersIn(await readToEnd(client)).map(({ status }) => status)).to.deep.equal([200])
  })
})
