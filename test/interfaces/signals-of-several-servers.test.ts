import { expect } from 'chai'
import { clientOf } from '../client.ts'
import { asUser, GUARDED } from '../credentials.ts'
import { adminOf, aDatabase, urlOf } from '../postgres.ts'
import { releasing } from '../releasing.ts'
import { aConfig, served } from '../served.ts'
import { openStorage } from '../../src/storage.ts'
import { follow } from '../stream.ts'
import { until } from '../until.ts'
import { memberRequests } from './member-requests.ts'

/** For how long a user types: more than a second, in which no server sends it twice. */
const TYPES_MS = 1500

describe('Typing, on several servers of one database,', () => {
  const hold = releasing()
  const BOB = asUser('bob')

  const aCrowd = async () => {
    const where = await aDatabase()
    const aServer = async () => {
      const storage = await openStorage(aConfig({ DATABASE_URL: urlOf(where) }), () => {})
      return clientOf(hold(await served(storage, GUARDED), ({ stop }) => stop()).url)
    }
    const servers = [await aServer(), await aServer()] as const
    const listening = `select from pg_stat_activity where query like 'listen %' and state = 'idle' and datname = current_database()`
    await until(async () => (await adminOf(where, listening)).rowCount === servers.length)
    const chat = await memberRequests(servers[0]).aChat(['bob'])
    const streams = await Promise.all(
      servers.map(async ({ url }) => hold(await follow(url, `${chat}/events`, asUser('alice')), ({ cut }) => cut())),
    )
    return { servers, chat, streams }
  }

  it('is told on each of them, wherever it was said', async () => {
    const { servers, chat, streams } = await aCrowd()
    const [there, here] = servers
    await here.request('POST', `${chat}/typing`, { headers: BOB })
    await there.request('POST', `${chat}/typing`, { headers: asUser('alice') })
    for (const stream of streams) {
      const events = await stream.received(2)
      expect(events.map(({ event, data }) => `${event} ${String(data['user_id'])}`)).to.have.members([
        'typing alice',
        'typing bob',
      ])
    }
  })

  it('is told of once in 3 s, however many of them a user asks', async () => {
    const { servers, chat, streams } = await aCrowd()
    const typing = () => streams.map(({ events }) => events.filter(({ event }) => event === 'typing').length)
    const began = performance.now()
    for (let round = 0; performance.now() - began < TYPES_MS; round++) {
      for (const server of servers) await server.request('POST', `${chat}/typing`, { headers: BOB })
      const { status } = await servers[round % 2]!.post<unknown>(`${chat}/messages/`, { text: 'hello' }, BOB)
      expect(status).to.equal(201)
      await until(() => streams.every(({ lastEventId }) => lastEventId() === String(round + 1)))
    }
    const most = 1 + Math.floor((performance.now() - began) / 3000)
    for (const count of typing()) expect(count).to.be.within(1, most)
  })
})
