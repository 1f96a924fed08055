import { randomUUID } from 'node:crypto'
import { expect } from 'chai'
import type { Config } from '../../src/config.ts'
import type { Messenger } from '../../src/messenger.ts'
import { openStorage } from '../../src/storage.ts'
import { aChatOn, type ChatBody, type Client, clientOf, type MessageBody } from '../client.ts'
import { aDatabase, urlOf } from '../postgres.ts'
import { releasing } from '../releasing.ts'
import { aConfig, overEachStorage, served } from '../served.ts'

const keyed = (key: string) => ({ 'idempotency-key': key })

describe('A request with an Idempotency-Key', () =>
  overEachStorage((storage) => {
    let messenger: Messenger
    let client: Client

    before(async () => {
      messenger = await served(await storage())
      client = clientOf(messenger.url)
    })
    after(() => messenger.stop())

    const send = <Body = MessageBody>(chat: string, key: string, text = 'hello') =>
      client.post<Body>(`${chat}/messages/`, { text }, keyed(key))
    const lastId = async (chat: string) => (await client.get<ChatBody>(chat)).json.last_message_id

    it('is done once; the same again is answered with the same bytes and says so', async () => {
      const chat = await aChatOn(client)
      const key = randomUUID()
      const first = await send(chat, key)
      const again = await send(chat, key)
      expect(first.headers.get('idempotency-replayed')).to.equal(null)
      expect(again.headers.get('idempotency-replayed')).to.equal('true')
      expect([again.status, again.text]).to.deep.equal([201, first.text])
      for (const name of ['etag', 'location']) expect(again.headers.get(name)).to.equal(first.headers.get(name))
      expect(await lastId(chat)).to.equal(1)
    })

    it('means the same however the JSON is written, and however the key is quoted', async () => {
      const chat = await aChatOn(client)
      const key = randomUUID()
      const first = await send(chat, key, 'é 😀')
      const again = await client.request<MessageBody>('POST', `${chat}/messages`, {
        body: `\n{ "more" : 1,\t"text": "  \\u00e9 \\ud83d\\ude00\\n" }`,
        headers: { 'content-type': 'application/json', 'idempotency-key': `"${key}"` },
      })
      expect([again.text, again.headers.get('idempotency-replayed')]).to.deep.equal([first.text, 'true'])
    })

    it('is answered as it was posted, also after the message was edited or deleted', async () => {
      const chat = await aChatOn(client)
      const key = randomUUID()
      const first = await send(chat, key)
      await client.patch(`${chat}/messages/1`, { text: 'edited' })
      expect((await send(chat, key)).text).to.equal(first.text)
      await client.delete(`${chat}/messages/1`)
      const again = await send(chat, key)
      expect([again.status, again.text, again.headers.get('etag')]).to.deep.equal([201, first.text, '"1"'])
      expect((await client.get<ChatBody>(chat)).json)
        .to.include({ last_message_id: 1 })
        .and.deep.include({ messages: [] })
    })

    it('is refused with a problem of its own when the key names something else', async () => {
      const chat = await aChatOn(client)
      const key = randomUUID()
      await send(chat, key)
      const other = await client.post(`${chat}/messages/`, { text: 'other' }, keyed(key))
      expect([other.status, other.json.type]).to.deep.equal([422, '/problems/idempotency-key-reused'])
      const title = randomUUID()
      await client.post('/chats/', { title }, keyed(key))
      expect((await client.post('/chats/', { title: 'other' }, keyed(key))).json.type).to.equal(
        '/problems/idempotency-key-reused',
      )
      expect(await lastId(chat)).to.equal(1)
    })

    it('leaves the key free when the request was refused', async () => {
      const chat = await aChatOn(client)
      const key = randomUUID()
      expect((await client.post(`${chat}/messages/`, { text: ' ' }, keyed(key))).status).to.equal(422)
      expect((await client.post('/chats/99999/messages/', { text: 'x' }, keyed(key))).status).to.equal(404)
      const sent = await send(chat, key)
      expect([sent.status, sent.headers.get('idempotency-replayed')]).to.deep.equal([201, null])
    })

    it('opens one chat, and finds it as it was opened', async () => {
      const key = randomUUID()
      const first = await client.post<ChatBody>('/chats/', { title: 'once' }, keyed(key))
      const chat = `/chats/${first.json.id}`
      await client.patch(chat, { title: 'renamed' })
      await send(chat, key)
      const again = await client.post<ChatBody>('/chats/', { title: ' once ' }, keyed(key))
      expect([again.status, again.text, again.headers.get('idempotency-replayed')]).to.deep.equal([
        201,
        first.text,
        'true',
      ])
      expect(again.headers.get('etag')).to.equal('"0"')
      await client.delete(chat)
      const anew = await client.post<ChatBody>('/chats/', { title: 'once' }, keyed(key))
      expect(anew.json.id).to.be.above(first.json.id)
    })

    it('cannot be read when the key is malformed', async () => {
      const chat = await aChatOn(client)
      const bad = [
        '',
        ' ',
        'has space',
        '"',
        '"unclosed',
        '"a"b"',
        '"\\x"',
        'é',
        'x'.repeat(256),
        `"${'x'.repeat(256)}"`,
        '"a", "b"',
      ]
      for (const key of bad)
        for (const [target, body] of [
          ['/chats/', { title: 'x' }],
          [`${chat}/messages/`, { text: 'x' }],
        ] as const) {
          const answer = await client.post(target, body, keyed(key))
          expect([answer.status, answer.json.type], key).to.deep.equal([400, '/problems/malformed-request'])
          expect(answer.json.detail).to.match(/^The header idempotency-key must be 1 to 255 visible ASCII/)
        }
      for (const key of ['x', '!~', 'x'.repeat(255), `"${'\\"'.repeat(255)}"`])
        expect((await send(chat, key)).status, key).to.equal(201)
    })

    it('is one message for 50 at once with one key, in each of 100 rounds', async function () {
      this.timeout(180_000)
      const chat = await aChatOn(client)
      for (let round = 1; round <= 100; round++) {
        const key = randomUUID()
        const answers = await Promise.all(Array.from({ length: 50 }, () => send(chat, key, `round ${round}`)))
        expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).to.equal(1)
        expect(answers[0]?.json.id).to.equal(round)
        expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === null)).to.have.length(1)
      }
      expect(await lastId(chat)).to.equal(100)
    })
  }))

describe('Two servers on one database', () => {
  const hold = releasing()
  const messengerOn = async (config: Config) =>
    hold(await served(await openStorage(config, () => {})), ({ stop }) => stop())

  it('make one message of one key that reaches both at once, in each of 100 rounds', async function () {
    this.timeout(180_000)
    const config = aConfig({ DATABASE_URL: urlOf(await aDatabase()) })
    const messengers = [await messengerOn(config), await messengerOn(config)]
    const clients = messengers.map(({ url }) => clientOf(url))
    const chat = await aChatOn(clients[0]!)
    for (let round = 1; round <= 100; round++) {
      const headers = keyed(randomUUID())
      const sends = clients
        .flatMap((client) => [client, client])
        .map((client) => client.post<MessageBody>(`${chat}/messages/`, { text: `round ${round}` }, headers))
      const opened = clients.map((client) => client.post<ChatBody>('/chats/', { title: 'x' }, headers))
      const answers = await Promise.all(sends)
      expect(answers.map(({ status, json }) => [status, json.id])).to.deep.equal(Array(4).fill([201, round]))
      expect(new Set((await Promise.all(opened)).map(({ text }) => text)).size).to.equal(1)
    }
    expect((await clients[1]!.get<ChatBody>(chat)).json.last_message_id).to.equal(100)
  })
})
