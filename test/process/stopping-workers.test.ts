import { expect } from 'chai'
import { aChatOn, clientOf, type MessageBody, type ProblemBody } from '../client.ts'
import { goal } from '../goal.ts'
import { releasing } from '../releasing.ts'
import { follow } from '../stream.ts'
import { until } from '../until.ts'
import { isRunning, serving, whoAnswered } from './crew.ts'
import { aBody, halfSent, isRefused } from './half-sent.ts'
import { cleanUp, onlyOnLinux, postgresOn, signalTo, start } from './server-process.ts'

onlyOnLinux('A service of two workers', function () {
  this.timeout(60_000)
  const hold = releasing()
  afterEach(cleanUp)

  it('drains as one process does, when the whole group is told to stop: not ready, then no new connections, exit 0', async () => {
    const server = start({ WORKERS: '2', SHUTDOWN_DELAY_MS: '1500', SHUTDOWN_TIMEOUT_MS: '600000' })
    const client = await server.listening()
    const chat = await aChatOn(client)
    const pids = serving(server)
    const names = ['stream-1', 'stream-2', 'stream-3', 'stream-4']
    const streams = await Promise.all(
      names.map(async (id) =>
        hold(await follow(client.url, `${chat}/events`, { 'x-request-id': id }), ({ cut }) => cut()),
      ),
    )
    const requests = await Promise.all(
      Array.from({ length: 20 }, (_, n) => halfSent(client, chat, aBody(`number ${n}`))),
    )
    server.killGroup('SIGTERM')
    await server.logged(/^SIGTERM: finishing/)
    expect(serving(server)).to.deep.equal(pids)
    await until(async () => (await client.get('/readyz')).status === 503)
    const readiness = await Promise.all(names.map(() => client.get<ProblemBody & { checks: object }>('/readyz')))
    for (const { status, json } of readiness) {
      expect(status).to.equal(503)
      expect(json.checks).to.deep.equal({ database: 'ok', migrations: 'ok', draining: 'failing' })
    }
    expect((await client.post(`${chat}/messages/`, { text: 'In time' })).status).to.equal(201)
    await Promise.all(streams.map(({ ended }) => ended))
    expect(new Set(await whoAnswered(server, names))).to.deep.equal(new Set(pids))
    await until(() => isRefused(client))
    expect(pids.filter(isRunning), 'who waits for requests under way').to.deep.equal(pids)
    for (const { finish } of requests) finish()
    const answers = await Promise.all(requests.map(({ answer }) => answer))
    expect(answers.map(({ status }) => status)).to.deep.equal(requests.map(() => 201))
    const ids = answers.map((answer) => (JSON.parse(answer.text) as MessageBody).id)
    expect(new Set(ids)).to.have.property('size', 20)
    expect(await server.exit).to.deep.equal({ code: 0, signal: null, stderr: '' })
    expect(pids.filter(isRunning)).to.deep.equal([])
    expect(postgresOn(server.dataDir)).to.deep.equal([])
    expect(
      server.logs.filter(
        ({ level, msg }) => level > 30 && msg !== 'request failed' && !/^authentication is off/.test(msg),
      ),
    ).to.deep.equal([])
  })

  it('stops at once, with 1, when a second signal comes, and its workers and its PostgreSQL with it', async () => {
    const server = start({ WORKERS: '2', SHUTDOWN_TIMEOUT_MS: '600000' })
    const client = await server.listening()
    await halfSent(client, await aChatOn(client), aBody('never finished'))
    const pids = serving(server)
    server.killGroup('SIGINT')
    await server.logged(/^SIGINT: finishing/)
    const began = performance.now()
    server.killGroup('SIGINT')
    expect((await server.exit).code).to.equal(1)
    await until(() => !pids.some(isRunning))
    expect(performance.now() - began).to.be.below(goal(1_000))
    await until(() => postgresOn(server.dataDir).length === 0)
  })

  it('does not wait for ever for a worker that does not stop: it is killed, and the exit status is 1', async () => {
    const server = start({ WORKERS: '2', SHUTDOWN_TIMEOUT_MS: '0' })
    await server.listening()
    const [stopped = 0] = serving(server)
    signalTo(stopped, 'SIGSTOP')
    server.kill('SIGTERM')
    expect((await server.exit).code).to.equal(1)
    expect(server.logs.at(-1)).to.include({ level: 60, msg: 'could not stop in order' })
    expect(server.logs.at(-1)?.err?.message).to.equal(
      `while the workers stopped: worker ${stopped} was ended by SIGKILL`,
    )
    expect(isRunning(stopped)).to.equal(false)
    expect(postgresOn(server.dataDir)).to.deep.equal([])
  })

  it('is gone with its first process, however that ends, and the next start goes on with the data', async () => {
    const server = start({ WORKERS: '2' })
    const client = await server.listening()
    const chat = await aChatOn(client)
    const sent = await client.post<MessageBody>(`${chat}/messages/`, { text: 'Kept' })
    const pids = serving(server)
    server.kill('SIGKILL')
    const began = performance.now()
    await until(() => !pids.some(isRunning))
    expect(performance.now() - began).to.be.below(goal(2_000))
    expect(await isRefused(client)).to.equal(true)
    await server.exit

    const next = start({ WORKERS: '2', DATA_DIR: server.dataDir, PORT: new URL(client.url).port })
    await next.listening()
    expect(next.logs.map(({ msg }) => msg)[1]).to.match(/^embedded PostgreSQL taken over/)
    const kept = await clientOf(client.url).get<MessageBody[]>(`${chat}/messages/`)
    expect(kept.json).to.deep.equal([sent.json])
    next.kill('SIGTERM')
    expect((await next.exit).code).to.equal(0)
    expect(postgresOn(server.dataDir)).to.deep.equal([])
  })
})
