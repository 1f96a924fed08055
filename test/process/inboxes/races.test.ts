import { expect } from 'chai'
import pg from 'pg'
import type { ChatBody } from '../../client.ts'
import { type Answer, type Client, clientOf, type MessageBody } from '../../client.ts'
import { upTo } from '../../fixtures.ts'
import { openStorage } from '../../../src/storage.ts'
import { aDatabase, urlOf } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'
import { aConfig, served } from '../../served.ts'
import { as } from './writers.ts'

/** `npm run test:torture` takes its time; the ordinary run shows that it works. */
const ROUNDS = process.env['TORTURE'] ? 400 : 30

interface ReadingBody {
  readonly read_message_id: number
  readonly unread: number
}

describe('What one user does at once, on two servers,', function () {
  this.timeout(ROUNDS * 500 + 60_000)
  const hold = releasing()
  let servers: readonly Client[]
  let database: pg.Client
  let chat: string

  beforeEach(async () => {
    const where = await aDatabase()
    const config = aConfig({ DATABASE_URL: urlOf(where) })
    const aServer = async () =>
      clientOf(hold(await served(await openStorage(config, () => {})), ({ stop }) => stop()).url)
    servers = [await aServer(), await aServer()]
    database = hold(new pg.Client(where), (client) => client.end())
    await database.connect()
    const members = ['ann', 'bob'].map((user_id) => ({ user_id, role: 'member' }))
    chat = `/chats/${(await servers[0]!.post<ChatBody>('/chats/', { title: 'Races', members })).json.id}`
    for (const n of upTo(5)) await servers[0]!.post<unknown>(`${chat}/messages/`, { text: `message ${n}` }, as('ann'))
  })

  const serverOf = (round: number) => servers[round % 2]!
  const send = (round: number, user = 'bob') =>
    serverOf(round).post<MessageBody>(`${chat}/messages/`, { text: `round ${round}` }, as(user))
  const put = (round: number, what: string, body: object, who: Record<string, string>) =>
    serverOf(round).request<ReadingBody>('PUT', `${chat}/members/bob${what}`, {
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', ...who },
    })
  const mark = (round: number, message_id: number, forward = false) =>
    put(round, '/read', { message_id, forward }, as('bob'))
  const join = (round: number) => put(round, '', { role: 'member' }, {})
  const remove = (round: number) => serverOf(round).delete(`${chat}/members/bob`)

  /** As the tables have it: where bob's marker is, and how many messages that are not deleted come after it. */
  const counted = async () => {
    const { rows } = await database.query<{
      marker: number
      unread: number
      last: number
      own: number
      isThere: boolean
    }>(
      `select u.read_message_id::int as marker, c.last_message_id::int as last, u.removed_at is null as "isThere",
         (select count(*)::int from messages m
          where m.chat_id = c.id and m.id > u.read_message_id and m.deleted_at is null) as unread,
         (select coalesce(max(m.id), 0)::int from messages m where m.chat_id = c.id and m.author = 'bob') as own
       from chats c join members u on u.chat_id = c.id and u.user_id = 'bob' where c.id = $1`,
      [chat.split('/')[2]],
    )
    return rows[0]!
  }

  /** Both servers say of marker, entry and total what the tables do. */
  const expectCounted = async (round: number) => {
    const { marker, unread, isThere } = await counted()
    for (const server of servers) {
      const { status, json } = await server.get<ReadingBody>(`${chat}/members/bob/read`, as('bob'))
      const inbox = (await server.get<ReadingBody[]>('/users/bob/inbox/', as('bob'))).json
      const total = (await server.get<unknown>('/users/bob/unread', as('bob'))).json
      const entries = inbox.map((entry) => [entry.read_message_id, entry.unread])
      expect([status, entries], `round ${round}`).to.deep.equal(isThere ? [200, [[marker, unread]]] : [404, []])
      if (isThere) expect([json.read_message_id, json.unread], `round ${round}`).to.deep.equal([marker, unread])
      const isSomething = isThere && unread > 0
      expect(total).to.deep.equal({ chats: isSomething ? 1 : 0, messages: isSomething ? unread : 0 })
    }
  }

  const statusesOf = (...answers: readonly Answer<unknown>[]) => answers.map(({ status }) => status)

  it('a message and a move of the marker come one after the other', async () => {
    for (const round of upTo(ROUNDS)) {
      const to = (await counted()).last - (round % 3)
      const forward = round % 2 === 0
      if (round % 5 === 0) await serverOf(round).delete(`${chat}/messages/${to}`)
      const [sent, moved] = await Promise.all([send(round), mark(round + 1, to, forward)])
      expect(statusesOf(sent, moved), `round ${round}`).to.deep.equal([201, 200])
      const { marker } = await counted()
      // Forward, the message always wins; else whichever was last.
      expect(marker, `round ${round}`).to.be.oneOf(forward ? [sent.json.id] : [sent.json.id, to])
      await expectCounted(round)
    }
  })

  it('coming back and sending leave the marker at the last message that there was, or at its own', async () => {
    for (const round of upTo(ROUNDS)) {
      expect((await remove(round)).status).to.equal(204)
      const before = (await counted()).last
      const [joined, sent, other] = await Promise.all([join(round), send(round + 1), send(round, 'ann')])
      expect(statusesOf(joined, other), `round ${round}`).to.deep.equal([201, 201])
      // Before it was back, the chat was not there for it.
      expect(sent.status, `round ${round}`).to.be.oneOf([201, 404])
      const { marker, last, own } = await counted()
      if (sent.status === 201) expect([marker, own], `round ${round}`).to.deep.equal([sent.json.id, sent.json.id])
      else expect(marker, `round ${round}`).to.be.within(before, last)
      await expectCounted(round)
    }
  })

  it('a removal ends moves of the marker, and who comes back has read everything', async () => {
    for (const round of upTo(ROUNDS)) {
      const { last } = await counted()
      const [removed, moved] = await Promise.all([remove(round), mark(round + 1, last - (round % 4))])
      expect([removed.status, moved.status === 200 || moved.status === 404], `round ${round}`).to.deep.equal([
        204,
        true,
      ])
      await expectCounted(round)
      const late = await mark(round, 1)
      expect(late.status, `round ${round}`).to.equal(404)
      const [sent, joined] = await Promise.all([send(round, 'ann'), join(round + 1)])
      expect(statusesOf(sent, joined), `round ${round}`).to.deep.equal([201, 201])
      expect((await counted()).marker, `round ${round}`).to.be.oneOf([last, last + 1])
      await expectCounted(round)
    }
  })
})
