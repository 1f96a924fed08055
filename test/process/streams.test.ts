import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { Client as PgClient } from 'pg'
import { openStorage } from '../../src/storage.ts'
import { aChatOn, type MessageBody } from '../client.ts'
import { aDatabase, urlOf } from '../postgres.ts'
import { aConfig, memoryStorage, postgresStorage, served } from '../served.ts'
import { follow } from '../stream.ts'
import { cleanUp, onlyOnLinux, start } from './server-process.ts'
import { until } from '../until.ts'
import { torture } from './torture.ts'

/** `npm run test:torture` takes its time; the ordinary run shows that it works. */
const SECONDS = process.env['TORTURE'] ? 30 : 2

describe('Followers that are cut off again and again', function () {
  this.timeout(SECONDS * 1000 + 60_000)

  it('end up with what is stored, in memory', async () => {
    const { url, stop } = await served(memoryStorage())
    expect(await torture({ writeTo: () => url, followAt: () => url, seconds: SECONDS })).to.be.above(100)
    await stop()
  })

  it('end up with what is stored, in PostgreSQL', async () => {
    const { url, stop } = await served(await postgresStorage())
    expect(await torture({ writeTo: () => url, followAt: () => url, seconds: SECONDS })).to.be.above(100)
    await stop()
  })

  it('end up with what is stored, on two servers whose notifications are cut off as well', async () => {
    const connection = await aDatabase()
    const config = aConfig({ DATABASE_URL: urlOf(connection) })
    const [one, two] = [
      await served(await openStorage(config, () => {})),
      await served(await openStorage(config, () => {})),
    ]
    const admin = new PgClient(connection)
    await admin.connect()
    let killed = 0
    const meanwhile = async () => {
      const { rowCount } = await admin.query(
        `select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %' and datname = current_database()`,
      )
      killed += rowCount ?? 0
    }
    const followAt = () => (Math.random() < 0.5 ? one.url : two.url)
    const changes = await torture({ writeTo: () => one.url, followAt, seconds: SECONDS, meanwhile })
    expect(changes).to.be.above(100)
    expect(killed).to.be.above(1)
    await admin.end()
    await one.stop()
    await two.stop()
  })
})

onlyOnLinux('Followers of a server that is killed', function () {
  this.timeout(60_000)
  afterEach(cleanUp)

  it('resume at another server with nothing missing and nothing twice', async () => {
    const environment = { DATABASE_URL: urlOf(await aDatabase()) }
    const [doomed, other] = [start(environment), start(environment)]
    const [first, second] = [await doomed.listening(), await other.listening()]
    const chat = await aChatOn(second)
    const streams = await Promise.all(Array.from({ length: 20 }, () => follow(first.url, `${chat}/events`)))
    const sender = { sending: true }
    const sent = (async () => {
      let count = 0
      for (; sender.sending; count++) await second.post(`${chat}/messages/`, { text: `message ${count + 1}` })
      return count
    })()
    await Promise.all(streams.map((stream) => stream.received(20)))
    doomed.kill('SIGKILL')
    await Promise.all(streams.map(({ ended }) => ended))
    await sleep(100)
    sender.sending = false
    const count = await sent
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
    this.timeout(60_000)
    afterEach(cleanUp)

    it('costs the server no memory and the others no time, is ended, and resumes without loss', async () => {
      const server = start({
        STORAGE: 'memory',
        STREAM_STALL_TIMEOUT_MS: '4000',
        NODE_OPTIONS: '--max-semi-space-size=1 --max-old-space-size=64',
      })
      const client = await server.listening()
      const chat = await aChatOn(client)
      const text = '😀'.repeat(4990)
      for (let n = 1; n <= 50; n++) await client.post(`${chat}/messages/`, { text })
      const reader = await follow(client.url, `${chat}/events`)
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
      const stalled = await follow(client.url, `${chat}/events`)
      stalled.pause()
      await heldDuring(600)
      slowest = 0
      // By now 12 MB were sent to each, and the messages only changed.
      expect((await heldDuring(200)) - before, 'MB').to.be.below(5)
      expect(slowest, 'ms until the other follower had it').to.be.below(500)
      await until(async () => (await gauge('event_streams_open')) === 1)
      stalled.resume()
      await stalled.ended
      const resumed = await follow(client.url, `${chat}/events`, { 'last-event-id': stalled.lastEventId() })
      const latest = new Map(
        [...stalled.events, ...(await resumed.received(1))].map(({ data }) => [data.id, data['text']]),
      )
      while (resumed.lastEventId() !== reader.lastEventId()) await sleep(5)
      for (const { data } of resumed.events) latest.set(data.id, data['text'])
      const expected = new Map(reader.events.map(({ data }) => [data.id, data['text']]))
      expect(new Map([...latest].toSorted(([a], [b]) => a - b))).to.deep.equal(
        new Map([...expected].toSorted(([a], [b]) => a - b)),
      )
      reader.cut()
      resumed.cut()
    })
  })
})
