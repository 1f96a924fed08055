import { expect } from 'chai'
import type { ChatBody, Client } from '../client.ts'
import { clientOf } from '../client.ts'
import { aKeyOn, asRoot, GUARDED } from '../credentials.ts'
import { upTo } from '../fixtures.ts'
import { goal } from '../goal.ts'
import { aDatabase, urlOf } from '../postgres.ts'
import { releasing } from '../releasing.ts'
import { aConfig, served } from '../served.ts'
import { openStorage } from '../../src/storage.ts'
import { follow } from '../stream.ts'
import { until } from '../until.ts'

/** Milliseconds in which a key that was revoked has ended everywhere. */
const END_MS = 5000

describe('A key on two servers of one database', () => {
  const hold = releasing(after)
  const cutting = releasing()
  let servers: readonly [Client, Client]
  let chat: number

  before(async () => {
    const url = urlOf(await aDatabase())
    const aServer = async () => {
      const storage = await openStorage(aConfig({ DATABASE_URL: url }), () => {})
      return clientOf(hold(await served(storage, GUARDED), ({ stop }) => stop()).url)
    }
    servers = [await aServer(), await aServer()]
    chat = (await servers[0].post<ChatBody>('/chats/', { title: 'Release party' }, asRoot)).json.id
    await servers[0].request('PUT', `/chats/${chat}/members/anna`, {
      body: '{"role":"member"}',
      headers: { 'content-type': 'application/json', ...asRoot },
    })
  })

  const both = [
    ['the first', 'the second', 0],
    ['the second', 'the first', 1],
  ] as const

  const following = async (client: Client, query: string, headers: Record<string, string>) =>
    cutting(await follow(client.url, `/chats/${chat}/events${query}`, headers), ({ cut }) => cut())

  for (const [one, another, index] of both) {
    const ask = async (headers: Record<string, string>, client?: Client) =>
      (await (client ?? servers[1 - index]!).get<unknown>(`/chats/${chat}`, headers)).status

    it(`works on ${another} with the first request after it was made on ${one}`, async () => {
      for (const _ of upTo(20)) expect(await ask((await aKeyOn(servers[index], ['read'])).headers)).to.equal(200)
      const { headers } = await aKeyOn(servers[index], ['read'], { chat_ids: [chat + 1] })
      expect(await ask(headers), 'and is limited there').to.equal(404)
    })

    it(`ends on ${another} within 5 s after it was revoked on ${one}, and its streams with it`, async () => {
      const [here, there] = [servers[index], servers[1 - index]!]
      const [key, other] = [await aKeyOn(here, ['read', 'act']), await aKeyOn(here, ['read'])]
      const acting = { ...key.headers, 'on-behalf-of': 'anna' }
      const streams = [
        await following(there, '', key.headers),
        await following(there, '', acting),
        await following(there, '?on_behalf_of=anna', key.headers),
        await following(here, '', key.headers),
      ]
      const others = await following(there, '', other.headers)
      expect([...streams, others].map(({ status }) => status)).to.deep.equal([200, 200, 200, 200, 200])

      expect((await here.delete(`/keys/${key.id}`, asRoot)).status).to.equal(204)
      const revoked = performance.now()
      await until(async () => (await ask(key.headers)) === 401 && (await ask(key.headers, here)) === 401)
      expect(performance.now() - revoked, 'ms until it was refused').to.be.below(goal(END_MS))
      await Promise.all(streams.map(({ ended }) => ended))
      expect(performance.now() - revoked, 'ms until its streams ended').to.be.below(goal(END_MS))
      expect([await ask(acting), await ask(other.headers)]).to.deep.equal([401, 200])

      await here.post(`/chats/${chat}/messages/`, { text: `after ${key.id}` }, asRoot)
      expect((await others.received(1)).at(-1)?.data).to.include({ text: `after ${key.id}` })
      for (const { events } of streams) expect(events).to.deep.equal([])
    })
  }
})
