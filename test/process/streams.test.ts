import { expect } from 'chai'
import { Client as PgClient } from 'pg'
import type { Storage } from '../../src/composition/storage.ts'
import { openStorage } from '../../src/storage.ts'
import { aChatOn, type MessageBody } from '../client.ts'
import { goal } from '../goal.ts'
import { aDatabase, urlOf } from '../postgres.ts'
import { releasing } from '../releasing.ts'
import { aConfig, memoryStorage, postgresStorage, served } from '../served.ts'
import { follow } from '../stream.ts'
import { cleanUp, onlyOnLinux, start } from './server-process.ts'
import { until } from '../until.ts'
import { torture } from './torture.ts'

/** `npm run test:torture` takes its time; the ordinary run shows that it works. */
const CHANGES = process.env['TORTURE'] ? 20_000 : 1_000

/** Milliseconds after which a server ends a stream that nobody reads. */
const STALL_MS = 4000

describe('Followers that are cut off again and again', function () {
  this.timeout(CHANGES * 30 + 60_000)
  const hold = releasing()
  const messengerOn = async (storage: Storage) => hold(await served(storage), ({ stop }) => stop())

  it('end up with what is stored, in memory', async () => {
    const { url } = await messengerOn(memoryStorage())
    await torture({ writeTo: () => url, followAt: () => url, changes: CHANGES })
  })

  it('end up with what is stored, in PostgreSQL', async () => {
    const { url } = await messengerOn(await postgresStorage())
    await torture({ writeTo: () => url, followAt: () => url, changes: CHANGES })
  })

  it('end up with what is stored, on two servers whose notifications are cut off as well', async () => {
    const connection = await aDatabase()
    const config = aConfig({ DATABASE_URL: urlOf(connection) })
    const one = await messengerOn(await openStorage(config, () => {}))
    const two = await messengerOn(await openStorage(config, () => {}))
    const admin = hold(new PgClient(connection), (client) => client.end())
    await admin.connect()
    const killListeners = async () => {
      const { rowCount } = await admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %' and datname = current_database()`,
      )
      return (rowCount ?? 0) > 0
    }
    const followAt = () => (Math.random() < 0.5 ? one.url : two.url)
    await torture({ writeTo: () => one.url, followAt, changes: CHANGES, meanwhile: () => until(killListeners) })
  })
})

onlyOnLinux('Followers of a server that is killed', function () {
  const hold = releasing()
  afterEach(cleanUp)

  it('resume at another server with nothing missing and nothing twice', async () => {
    const environment = { DATABASE_URL: urlOf(await aDatabase()) }
    const [doomed, other] = [start(environment), start(environment)]
    const [first, second] = [await doomed.listening(), await other.listening()]
    const chat = await aChatOn(second)
    const streams = await Promise.all(Array.from({ length: 20 }, () => follow(first.url, `${chat}/events`)))
    const sender = hold({ sending: true, count: 0 }, (sender) => (sender.sending = false))
    const sent = (async () => {
      for (; sender.sending; sender.count++)
        await second.post(`${chat}/messages/`, { text: `message ${sender.count + 1}` })
    })()
    sent.catch(() => undefined)
    await Promise.all(streams.map((stream) => stream.received(20)))
    doomed.kill('SIGKILL')
    await Promise.all(streams.map(({ ended }) => ended))
    const missed = sender.count + 10
    await until(() => sender.count >= missed)
    sender.sending = false
    await sent
    const { count } = sender
    for (const stream of streams) {
      const resumed = await follow(second.url, `${chat}/events`, { 'last-event-id': stream.lastEventId() })
      const rest = await resumed.received(count - stream.events.length)
      const all = [...stream.events, ...rest].map(({ data }) => data.id)
      expect(all).to.deep.equal(Array.from({ length: count }, (_, n) => n + 1))
      resumed.cut()
    }
  })
})

describe('A follower that does not read', () => {
  onlyOnLinux('of a server of its own', function () {
    this.timeout(180_000)
    const hold = releasing()
    afterEach(cleanUp)
    const following = async (...args: Parameters<typeof follow>) => hold(await follow(...args), ({ cut }) => cut())

    it('costs the server no memory and the others no time, is ended, and resumes without loss', async () => {
      const server = start({
        STORAGE: 'memory',
        STREAM_STALL_TIMEOUT_MS: String(STALL_MS),
        NODE_OPTIONS: '--max-semi-space-size=1 --max-old-space-size=64',
      })
      const client = await server.listening()
      const chat = await aChatOn(client)
      const text = '😀'.repeat(4990)
      for (let n = 1; n <= 50; n++) await client.post(`${chat}/messages/`, { text })
      const reader = await following(client.url, `${chat}/events`)
      let edits = 0
      let slowest = 0
      const edit = async () => {
        edits++
        const sentAt = performance.now()
        await client.patch<MessageBody>(`${chat}/messages/${1 + (edits % 50)}`, { text: `${edits} ${text}` })
        await reader.received(edits)
        return performance.now() - sentAt
      }
      const gauge = async (name: string) =>
        Number(new RegExp(`^${name} (\\S+)$`, 'm').exec((await client.get('/metrics')).text)?.[1])
      /** The least that the server held at any moment meanwhile, in MB: what it could not let go of. */
      const heldDuring = async (count: number) => {
        let least = Infinity
        for (const goal = edits + count; edits < goal;) {
          slowest = Math.max(slowest, await edit())
          if (edits % 10 > 0) continue
          const held = (await gauge('nodejs_external_memory_bytes')) + (await gauge('nodejs_heap_size_used_bytes'))
          least = Math.min(least, held / 2 ** 20)
        }
        return least
      }
      await heldDuring(200)
      const before = await heldDuring(200)
      const stalled = await following(client.url, `${chat}/events`)
      stalled.pause()
      await heldDuring(600)
      slowest = 0
      // By now 12 MB were sent to each, and the messages only changed.
      expect((await heldDuring(200)) - before, 'MB').to.be.below(5)
      // Had it been held up by the one that does not read, it would have waited until that one was ended.
      expect(slowest, 'ms until the other follower had it').to.be.below(Math.min(goal(500), STALL_MS))
      await until(async () => (await gauge('event_streams_open')) === 1)
      expect(await gauge('event_streams_ended_total{reason="stalled"}')).to.equal(1)
      stalled.resume()
      await stalled.ended
      const resumed = await following(client.url, `${chat}/events`, { 'last-event-id': stalled.lastEventId() })
      const latest = new Map(
        [...stalled.events, ...(await resumed.received(1))].map(({ data }) => [data.id, data['text']]),
      )
      await until(() => resumed.lastEventId() === reader.lastEventId())
      for (const { data } of resumed.events) latest.set(data.id, data['text'])
      const expected = new Map(reader.events.map(({ data }) => [data.id, data['text']]))
      expect(new Map([...latest].toSorted(([a], [b]) => a - b))).to.deep.equal(
        new Map([...expected].toSorted(([a], [b]) => a - b)),
      )
    })
  })
})
