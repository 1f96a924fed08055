import { randomUUID } from 'node:crypto'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { aChatOn, type ChatBody, type Client, type MessageBody } from '../client.ts'
import { aDatabase, urlOf } from '../postgres.ts'
import { cleanUp, onlyOnLinux, start } from './server-process.ts'

/** `npm run test:torture` takes its time; the ordinary run shows that it works. */
const ROUNDS = process.env['TORTURE'] ? 50 : 10

/** Writes the request whole and cuts the connection `after` milliseconds later, whatever was answered until then. */
const sendAndCut = (url: string, target: string, key: string, body: string, after: number) =>
  new Promise<void>((resolve) => {
    const head = [
      `POST ${target} HTTP/1.1`,
      'Host: x',
      'Content-Type: application/json',
      `Idempotency-Key: ${key}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
    ]
    const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
      socket.write(`${head.join('\r\n')}\r\n\r\n${body}`, () => {
        setTimeout(() => socket.resetAndDestroy(), after)
      })
    })
    socket.on('error', () => {}).on('close', () => resolve())
  })

onlyOnLinux('A send whose answer is lost', function () {
  this.timeout(300_000)
  afterEach(cleanUp)

  const expectAll = async (client: Client, chat: string, sent: readonly string[]) => {
    const texts = new Map<number, string>()
    for (let before = sent.length + 1; before > 1; before -= 100)
      for (const { id, text } of (await client.get<MessageBody[]>(`${chat}/messages/?limit=100&before=${before}`)).json)
        texts.set(id, text)
    expect((await client.get<ChatBody>(chat)).json.last_message_id).to.equal(sent.length)
    expect(Array.from(texts.entries()).sort(([a], [b]) => a - b)).to.deep.equal(sent.map((text, n) => [n + 1, text]))
  }

  it(`is one message after a retry, when the connection is cut ${ROUNDS} times`, async () => {
    const server = start({ DATABASE_URL: urlOf(await aDatabase()) })
    const client = await server.listening()
    const chat = await aChatOn(client)
    const sent: string[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const [key, text] = [randomUUID(), `round ${round}`]
      await sendAndCut(client.url, `${chat}/messages/`, key, JSON.stringify({ text }), round % 10)
      const retried = await client.post<MessageBody>(`${chat}/messages/`, { text }, { 'idempotency-key': key })
      expect(retried.status).to.equal(201)
      sent.push(text)
    }
    await expectAll(client, chat, sent)
  })

  it(`is one message after a retry, when the server is killed with -9 ${ROUNDS} times`, async () => {
    const environment = { DATABASE_URL: urlOf(await aDatabase()) }
    let server = start(environment)
    const spares = [start(environment), start(environment)]
    let client = await server.listening()
    const chat = await aChatOn(client)
    const sent: string[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const [key, text] = [randomUUID(), `round ${round}`]
      const cut = sendAndCut(client.url, `${chat}/messages/`, key, JSON.stringify({ text }), 1000)
      await sleep(round % 12)
      server.kill('SIGKILL')
      await cut
      // The next server is up already: what is tested is the retry, not the start.
      server = spares.shift() ?? server
      spares.push(start(environment))
      client = await server.listening()
      const retried = await client.post<MessageBody>(`${chat}/messages/`, { text }, { 'idempotency-key': key })
      expect(retried.status).to.equal(201)
      sent.push(text)
    }
    await expectAll(client, chat, sent)
  })
})
