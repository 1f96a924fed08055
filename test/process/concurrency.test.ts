import { expect } from 'chai'
import pg from 'pg'
import { openStorage } from '../../src/storage.ts'
import { aChatOn, type Client, clientOf, type MessageBody } from '../client.ts'
import { upTo } from '../fixtures.ts'
import { aDatabase, urlOf } from '../postgres.ts'
import { releasing } from '../releasing.ts'
import { aConfig, served } from '../served.ts'

const SENDERS = 50

const senders = <A>(send: (sender: number) => Promise<A>) =>
  Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender)))

/** Sends texts to the chats in turn, one after another, and returns what was acknowledged. */
const sendTo = async (client: Client, chats: readonly string[], count: number, sender = 0) => {
  const acknowledged: MessageBody[] = []
  for (let n = 0; n < count; n++) {
    const chat = chats[(sender + n) % chats.length] ?? ''
    const answer = await client.post<MessageBody>(`${chat}/messages/`, { text: `${n} of sender ${sender}` })
    expect(answer.status, answer.text).to.equal(201)
    acknowledged.push(answer.json)
  }
  return acknowledged
}

describe('Many at once, on PostgreSQL', () => {
  let client: Client
  let database: pg.Client

  const hold = releasing()

  beforeEach(async () => {
    const where = await aDatabase()
    const storage = await openStorage(aConfig({ DATABASE_URL: urlOf(where) }), () => {})
    const { url } = hold(await served(storage), ({ stop }) => stop())
    client = clientOf(url)
    database = hold(new pg.Client(where), (client) => client.end())
    await database.connect()
  })

  const count = async (table: string, where: string) => {
    const { rows } = await database.query<{ count: number }>(`select count(*)::int from ${table} where ${where}`)
    return rows[0]?.count
  }

  const stored = async (chat: string) => {
    const sql = 'select id::int, text, created_at from messages where chat_id = $1 order by id'
    const { rows } = await database.query<{ id: number; text: string; created_at: Date }>(sql, [chat.split('/').at(-1)])
    return rows.map(({ created_at, ...row }) => ({ ...row, created_at: created_at.toISOString() }))
  }

  /** The chat holds exactly what was acknowledged, numbered without gap or double, with times in the same order. */
  const holds = async (chat: string, acknowledged: readonly MessageBody[]) => {
    const rows = await stored(chat)
    const numbers = upTo(acknowledged.length)
    expect(rows.map(({ id }) => id)).to.deep.equal(numbers)
    const promised = acknowledged.map(({ id, text, created_at }) => ({ id, text, created_at }))
    expect(promised.toSorted((a, b) => a.id - b.id)).to.deep.equal(rows)
    const times = rows.map(({ created_at }) => created_at)
    expect(times).to.deep.equal(times.toSorted())
  }

  it('senders into one chat are numbered 1, 2, 3 … without gap or double, in the order of their times', async () => {
    const chat = await aChatOn(client)
    const acknowledged = (await senders((sender) => sendTo(client, [chat], 20, sender))).flat()
    expect(acknowledged).to.have.length(SENDERS * 20)
    await holds(chat, acknowledged)

    // Each sender waited for its answers, so its own messages are in the order it sent them.
    const ofOne = (await stored(chat)).filter(({ text }) => text.endsWith(' of sender 7'))
    expect(ofOne.map(({ text }) => Number.parseInt(text, 10))).to.deep.equal(upTo(20).map((n) => n - 1))
  })

  it('senders into many chats are numbered in each of them by itself', async () => {
    const chats = await Promise.all(upTo(10).map((n) => aChatOn(client, `Chat ${n}`)))
    const acknowledged = (await senders((sender) => sendTo(client, chats, 10, sender))).flat()
    for (const chat of chats) {
      const ofChat = acknowledged.filter(({ chat_id }) => `/chats/${chat_id}` === chat)
      expect(ofChat).to.have.length(SENDERS)
      await holds(chat, ofChat)
    }
  })

  it('senders into a chat that is deleted meanwhile get 201, then 404 for good, and nothing is left of it', async () => {
    const chat = await aChatOn(client)
    const other = await aChatOn(client, 'Not concerned')
    let acknowledged = 0
    let deletion: Promise<number> | undefined
    const last = await senders(async (sender) => {
      for (;;) {
        const { status } = await client.post(`${chat}/messages/`, { text: `from ${sender}` })
        if (status !== 201) return [status, (await client.post(`${chat}/messages/`, { text: 'again' })).status]
        acknowledged += 1
        if (acknowledged === SENDERS * 2) deletion = client.delete(chat).then((answer) => answer.status)
      }
    })
    expect(await deletion).to.equal(204)
    expect(last).to.deep.equal(Array.from({ length: SENDERS }, () => [404, 404]))
    expect(await count('messages', 'true')).to.equal(0)
    expect(await count('chats', 'true'), 'the other chat').to.equal(1)
    expect((await client.get(other)).status).to.equal(200)
  })

  it('a chat deleted by SQL takes its messages with it, and no others', async () => {
    const [chat, other] = [await aChatOn(client), await aChatOn(client, 'Not concerned')]
    await sendTo(client, [chat, other], 20)
    const id = chat.split('/').at(-1)
    expect(await count('messages', `chat_id = ${id}`)).to.equal(10)
    expect((await database.query('delete from chats where id = $1', [id])).rowCount).to.equal(1)
    expect(await count('messages', `chat_id = ${id}`)).to.equal(0)
    expect(await count('messages', 'true')).to.equal(10)
    expect((await client.get(chat)).status).to.equal(404)
  })
})
