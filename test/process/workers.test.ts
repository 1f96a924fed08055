import { readFileSync } from 'node:fs'
import { expect } from 'chai'
import { aChatOn, type MessageBody } from '../client.ts'
import { releasing } from '../releasing.ts'
import { follow } from '../stream.ts'
import { until } from '../until.ts'
import { serving, whoAnswered, workersOf } from './crew.ts'
import { cleanUp, onlyOnLinux, postgresOn, signalTo, start } from './server-process.ts'

const idsOf = (what: string, count: number) => Array.from({ length: count }, (_, n) => `${what}-number-${n + 1}`)

onlyOnLinux('Two workers', function () {
  this.timeout(60_000)
  const hold = releasing()
  afterEach(cleanUp)
  const following = async (...args: Parameters<typeof follow>) => hold(await follow(...args), ({ cut }) => cut())

  it('serve on one port and one database, are followed across each other, and are counted together', async () => {
    const server = start({ WORKERS: '2' })
    const client = await server.listening()
    const pids = serving(server)
    expect(pids).to.have.length(2)
    expect(workersOf(server)).to.have.members(pids)
    const chat = await aChatOn(client)

    const streamIds = idsOf('stream', 4)
    const streams = await Promise.all(
      streamIds.map((id) => following(client.url, `${chat}/events`, { 'x-request-id': id })),
    )
    const sendIds = idsOf('send', 40)
    const sent = await Promise.all(
      sendIds.map((id) => client.post<MessageBody>(`${chat}/messages/`, { text: id }, { 'x-request-id': id })),
    )
    expect(sent.map(({ status }) => status)).to.deep.equal(sent.map(() => 201))
    expect(new Set(await whoAnswered(server, sendIds))).to.deep.equal(new Set(pids))
    const kept = sent.map(({ json }) => json).toSorted((one, other) => one.id - other.id)
    expect(kept.map(({ id }) => id)).to.deep.equal(sent.map((_, n) => n + 1))
    for (const stream of streams)
      expect((await stream.received(40)).map(({ data }) => data['text'])).to.deep.equal(kept.map(({ text }) => text))

    // Over several connections at once, so that each worker is asked.
    const figures = await Promise.all(Array.from({ length: 6 }, () => client.get('/metrics')))
    for (const { text } of figures)
      for (const figure of [
        'http_server_request_duration_seconds_count{method="POST",route="/chats/{chat_id}/messages/",status_code="201"} 40',
        'event_streams_open 4',
        'event_stream_events_total 160',
        'workers_serving 2',
        'worker_deaths_total 0',
        'background_failures_total{work="database"} 0',
      ])
        expect(text.split('\n')).to.include(figure)

    for (const { cut } of streams) cut()
    expect(new Set(await whoAnswered(server, streamIds)), 'who was followed').to.deep.equal(new Set(pids))
    await until(async () => (await client.get('/metrics')).text.includes('\nevent_streams_open 0\n'))
    server.kill('SIGTERM')
    expect(await server.exit).to.deep.equal({ code: 0, signal: null, stderr: '' })
    expect(postgresOn(server.dataDir)).to.deep.equal([])
  })

  it('share an embedded PostgreSQL that has room for the connections of both, and is started again under them', async () => {
    const server = start({ WORKERS: '2', DATABASE_POOL_SIZE: '60' })
    const client = await server.listening()
    const chat = await aChatOn(client)
    const pids = serving(server)
    const [postmaster = 0] = postgresOn(server.dataDir)
    expect(readFileSync(`/proc/${postmaster}/cmdline`, 'utf8')).to.match(/max_connections=141\b/)
    signalTo(postmaster, 'SIGKILL')
    await server.logged(/^embedded PostgreSQL started again/)
    const sendIds = idsOf('send', 40)
    await Promise.all(
      sendIds.map((id) =>
        until(
          async () => (await client.post(`${chat}/messages/`, { text: id }, { 'x-request-id': id })).status === 201,
        ),
      ),
    )
    expect(new Set(await whoAnswered(server, sendIds))).to.deep.equal(new Set(pids))
    expect(serving(server), 'the same workers').to.deep.equal(pids)
    expect((await client.get('/metrics')).text).to.match(/^background_failures_total{work="database"} 1$/m)
  })

  it('share STREAM_LIMIT: no more streams than that are open, wherever they are asked for', async () => {
    const server = start({ WORKERS: '2', STREAM_LIMIT: '3' })
    const client = await server.listening()
    const chat = await aChatOn(client)
    const streams = []
    for (let n = 0; n < 12; n++) streams.push(await following(client.url, `${chat}/events`))
    expect(streams.map(({ status }) => status).toSorted()).to.deep.equal([
      ...Array.from({ length: 3 }, () => 200),
      ...Array.from({ length: 9 }, () => 503),
    ])
    expect((await client.get('/metrics')).text).to.match(/^event_streams_open 3$/m)
  })
})
