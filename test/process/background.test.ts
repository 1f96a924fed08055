import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect } from 'chai'
import { Client as PgClient } from 'pg'
import { createClient } from '../../src/client/index.ts'
import { aChatOn, type Client, clientOf } from '../client.ts'
import { aDatabase, urlOf } from '../postgres.ts'
import { follow } from '../stream.ts'
import { cleanUp, onlyOnLinux, root, start } from './server-process.ts'
import { aFreePort } from '../free-port.ts'
import { until } from '../until.ts'

const failuresOf = async (client: Client, work: string) =>
  Number(
    new RegExp(`^background_failures_total{work="${work}"} (\\d+)$`, 'm').exec(
      (await client.get('/metrics')).text,
    )?.[1],
  )

onlyOnLinux('A server whose tables are gone for a while', function () {
  this.timeout(60_000)
  afterEach(cleanUp)

  it('lives, says so once, and its followers go on when they are back', async () => {
    const where = await aDatabase()
    const admin = new PgClient(where)
    await admin.connect()
    const server = start({ DATABASE_URL: urlOf(where) })
    const client = await server.listening()
    const chat = await aChatOn(client)
    const stream = await follow(client.url, `${chat}/events`)
    const told: string[] = []
    const controller = new AbortController()
    const following = (async () => {
      const { signal } = controller
      for await (const event of createClient({ baseUrl: client.url }).follow(Number(chat.split('/')[2]), {
        after: 0,
        signal,
      }))
        if (event.type === 'message' && 'text' in event.message) told.push(event.message.text)
    })()
    await client.post(`${chat}/messages/`, { text: 'before' })
    await until(() => told.length === 1)

    await admin.query('alter table chats rename to chats_away')
    await until(async () => (await failuresOf(client, 'look')) >= 3)
    // Whoever comes now cannot be served, and whoever writes is told so.
    expect((await client.get(`${chat}/events`, { accept: 'text/event-stream' })).status).to.be.oneOf([500, 503])
    expect((await client.post(`${chat}/messages/`, { text: 'lost' })).status).to.be.oneOf([500, 503])
    expect((await client.get('/livez')).status).to.equal(200)
    await admin.query('alter table chats_away rename to chats')

    await until(async () => (await client.post(`${chat}/messages/`, { text: 'after' })).status === 201)
    await until(() => told.includes('after') && stream.events.at(-1)?.data['text'] === 'after')
    controller.abort()
    await following
    stream.cut()
    const lines = server.logs.filter(({ msg }) => msg.startsWith('background work failed'))
    expect(lines.filter((line) => (line as { work?: string }).work === 'look')).to.have.length(1)
    server.kill('SIGTERM')
    expect((await server.exit).code).to.equal(0)
    await admin.end()
  })

  it('lives when its database is dropped and made anew', async () => {
    const where = await aDatabase()
    const admin = new PgClient({ ...where, database: 'postgres' })
    await admin.connect()
    const server = start({ DATABASE_URL: urlOf(where) })
    const client = await server.listening()
    const stream = await follow(client.url, `${await aChatOn(client)}/events`)
    await admin.query(`drop database ${where.database} with (force)`)
    await until(async () => (await failuresOf(client, 'look')) >= 2 && (await failuresOf(client, 'listen')) >= 2)
    await admin.query(`create database ${where.database}`)
    const before = await failuresOf(client, 'look')
    await until(async () => (await failuresOf(client, 'look')) >= before + 2)
    expect((await client.get('/livez')).status).to.equal(200)
    stream.cut()
    server.kill('SIGTERM')
    expect((await server.exit).code).to.equal(0)
    await admin.end()
  })
})

onlyOnLinux('A server in which a rejection is handled by nobody', function () {
  this.timeout(60_000)
  afterEach(cleanUp)

  it('lives, says so and counts it', async () => {
    const forgotten = 'setTimeout(() => Promise.reject(new Error("forgotten")), 500)'
    const server = start({
      STORAGE: 'memory',
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(forgotten)}`,
    })
    const client = await server.listening()
    await server.logged(/^background work failed/)
    expect(await failuresOf(client, 'other')).to.equal(1)
    expect((await client.get('/livez')).status).to.equal(200)
  })
})

onlyOnLinux('A server whose log cannot be written', function () {
  this.timeout(60_000)
  let child: ChildProcess | undefined
  afterEach(() => void child?.kill('SIGKILL'))

  it('serves all the same, and counts the failures', async () => {
    const port = await aFreePort()
    const env = { PATH: process.env['PATH'], STORAGE: 'memory', HOST: '127.0.0.1', PORT: String(port) }
    child = spawn('/bin/sh', ['-c', `exec "${process.execPath}" src/start.mjs > /dev/full`], { cwd: root, env })
    const client = clientOf(`http://127.0.0.1:${port}`)
    await until(() =>
      client.get('/livez').then(
        ({ status }) => status === 200,
        () => false,
      ),
    )
    await aChatOn(client)
    await until(async () => (await client.get('/chats/')).status === 200 && (await failuresOf(client, 'log')) >= 3)
    expect(child.exitCode).to.equal(null)
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).to.deep.equal([0, null])
  })
})
