import { expect } from 'chai'
import { once } from 'node:events'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { aChatOn, type MessageBody, type ProblemBody } from '../client.ts'
import { goal } from '../goal.ts'
import { aDatabase, urlOf } from '../postgres.ts'
import { releasing } from '../releasing.ts'
import { aBody, halfSent, isRefused } from './half-sent.ts'
import { aDataFolder, cleanUp, onlyOnLinux, postgresOn, type ServerProcess, start } from './server-process.ts'
import { until } from '../until.ts'

/** More time than a test has: a service that waits for what it should not wait for does not end. */
const FOR_EVER = { SHUTDOWN_TIMEOUT_MS: '600000' }

/** The service took the signal and said so. */
const noticed = (server: ServerProcess, signal: string) => server.logged(new RegExp(`^${signal}: finishing`))

onlyOnLinux('The service, when it is asked to stop', () => {
  const hold = releasing()
  afterEach(cleanUp)

  for (const [signal, where, storage] of [
    ['SIGTERM', 'a database of ours', async () => ({ DATABASE_URL: urlOf(await aDatabase()) })],
    ['SIGINT', 'the embedded PostgreSQL', async () => ({})],
  ] as const)
    it(`answers, from ${where}, the 200 requests under way when ${signal} comes, and no others, and exits with 0`, async () => {
      const server = start({ ...FOR_EVER, ...(await storage()) })
      const client = await server.listening()
      const chats = await Promise.all(Array.from({ length: 10 }, () => aChatOn(client)))
      const requests = await Promise.all(
        Array.from({ length: 200 }, (_, index) => halfSent(client, chats[index % 10] ?? '', aBody(`number ${index}`))),
      )
      const quick = requests.filter((_, index) => index % 2 === 0)
      const slow = requests.filter((_, index) => index % 2 === 1)
      for (const { finish } of quick) finish()
      // To the whole group, as a terminal does: PostgreSQL must not hear of it.
      server.killGroup(signal)
      await noticed(server, signal)
      await until(() => isRefused(client))
      await Promise.all(quick.map(({ answer }) => answer))
      for (const { finish } of slow) finish()

      const answers = await Promise.all(requests.map(({ answer }) => answer))
      expect(answers.filter(({ status }) => status !== 201)).to.deep.equal([])
      const messages = answers.map((answer) => JSON.parse(answer.text) as MessageBody)
      expect(new Set(messages.map(({ chat_id, id }) => `${chat_id}/${id}`))).to.have.property('size', 200)
      expect(Math.max(...messages.map(({ id }) => id))).to.equal(20)
      const late = await Promise.all(slow.map(({ answer }) => answer))
      expect(new Set(late.map(({ connection }) => connection)), 'no more on this connection').to.deep.equal(
        new Set(['close']),
      )
      expect(await server.exit).to.deep.equal({ code: 0, signal: null, stderr: '' })
      expect(postgresOn(server.dataDir)).to.deep.equal([])
    })

  it('says on /readyz that it is draining, and serves on, for as long as SHUTDOWN_DELAY_MS', async () => {
    const server = start({ STORAGE: 'memory', SHUTDOWN_DELAY_MS: '2500' })
    const client = await server.listening()
    expect((await client.get('/readyz')).status).to.equal(200)
    const began = performance.now()
    server.kill('SIGTERM')
    await noticed(server, 'SIGTERM')
    const readiness = await client.get<ProblemBody & { checks: object }>('/readyz')
    expect(readiness.status).to.equal(503)
    expect(readiness.json.checks).to.deep.equal({ database: 'ok', migrations: 'ok', draining: 'failing' })
    expect((await client.post('/chats/', { title: 'In time' })).status).to.equal(201)
    expect((await client.get('/livez')).status).to.equal(200)
    expect((await server.exit).code).to.equal(0)
    expect(performance.now() - began).to.be.within(2_500, goal(4_000))
  })

  it('is not held up by idle connections', async () => {
    const server = start({ STORAGE: 'memory', ...FOR_EVER })
    const client = await server.listening()
    const chat = await aChatOn(client)
    const agent = hold(new Agent({ keepAlive: true }), (agent) => agent.destroy())
    const requests = await Promise.all([1, 2, 3].map((index) => halfSent(client, chat, aBody(`${index}`), agent)))
    for (const { finish } of requests) finish()
    for (const { answer } of requests) expect((await answer).connection).to.equal('keep-alive')
    expect(Object.values(agent.freeSockets).flat(), 'connections kept open').to.have.length(3)
    const neverUsed = hold(connect(Number(new URL(client.url).port), '127.0.0.1'), (socket) => socket.destroy())
    await once(neverUsed, 'connect')
    const began = performance.now()
    server.kill('SIGTERM')
    expect((await server.exit).code).to.equal(0)
    expect(performance.now() - began).to.be.below(goal(1_000))
  })

  it('cuts off what does not arrive within SHUTDOWN_TIMEOUT_MS', async () => {
    const server = start({ STORAGE: 'memory', SHUTDOWN_TIMEOUT_MS: '300' })
    const client = await server.listening()
    const { answer } = await halfSent(client, await aChatOn(client), aBody('never finished'))
    const began = performance.now()
    server.kill('SIGTERM')
    expect((await server.exit).code).to.equal(0)
    expect(performance.now() - began).to.be.within(300, goal(1_500))
    expect(await answer.catch((error: unknown) => (error as NodeJS.ErrnoException).code)).to.equal('ECONNRESET')
  })

  it('stops at once, with 1, when a second signal comes, and its PostgreSQL after it', async () => {
    const server = start({ ...FOR_EVER })
    const client = await server.listening()
    await halfSent(client, await aChatOn(client), aBody('never finished'))
    server.kill('SIGTERM')
    await noticed(server, 'SIGTERM')
    const began = performance.now()
    server.kill('SIGINT')
    expect((await server.exit).code).to.equal(1)
    expect(performance.now() - began).to.be.below(goal(500))
    await until(() => postgresOn(server.dataDir).length === 0)
  })

  it('leaves no PostgreSQL running when a second signal ends it before that has let anybody in', async () => {
    const first = start()
    await first.listening()
    first.kill('SIGTERM')
    await first.exit
    writeFileSync(join(first.dataDir, 'postgres', 'pg_hba.conf'), 'local all all reject\n')

    const server = start({ DATA_DIR: first.dataDir })
    await until(() => existsSync(join(first.dataDir, 'postgres', 'postmaster.pid')))
    server.kill('SIGTERM')
    await noticed(server, 'SIGTERM')
    expect(postgresOn(first.dataDir), 'PostgreSQL is starting').not.to.have.length(0)
    server.kill('SIGTERM')
    expect((await server.exit).code).to.equal(1)
    await until(() => postgresOn(first.dataDir).length === 0)
  })

  for (const [signal, whom] of [
    ['SIGTERM', 'kill'],
    ['SIGINT', 'killGroup'],
  ] as const)
    it(`leaves nothing running, and data that the next start can use, when ${signal} comes during the first start`, async () => {
      const dataDir = aDataFolder()
      const server = start({ DATA_DIR: dataDir })
      const isBeingMade = () => readdirSync(dataDir).some((name) => existsSync(join(dataDir, name, 'PG_VERSION')))
      await until(isBeingMade)
      expect(existsSync(join(dataDir, 'postgres')), 'the database is there already').to.equal(false)
      server[whom](signal)
      await noticed(server, signal)
      expect(await server.exit).to.deep.equal({ code: 0, signal: null, stderr: '' })
      expect(postgresOn(dataDir)).to.deep.equal([])

      const next = start({ DATA_DIR: dataDir })
      expect((await (await next.listening()).post('/chats/', { title: 'After all' })).status).to.equal(201)
      expect(readdirSync(dataDir)).to.deep.equal(['postgres'])
      next.kill('SIGTERM')
      expect((await next.exit).code).to.equal(0)
    })
})
