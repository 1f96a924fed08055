import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { aChatOn, type MessageBody } from '../client.ts'
import { postmasterOn } from '../postmaster.ts'
import { releasing } from '../releasing.ts'
import { follow } from '../stream.ts'
import { until } from '../until.ts'
import { cleanUp, onlyOnLinux, postgresOn, type ServerProcess, signalTo, start } from './server-process.ts'

const killPostgresOf = (server: ServerProcess) => {
  const pids = postgresOn(server.dataDir)
  expect(pids).not.to.have.length(0)
  for (const pid of pids) signalTo(pid, 'SIGKILL')
}

/** What the service has said of the death of its PostgreSQL. */
const obituaries = ({ logs }: ServerProcess) => logs.filter((line) => (line as { work?: string }).work === 'database')

const socketFolderOf = ({ dataDir }: ServerProcess) => postmasterOn(join(dataDir, 'postgres'))?.socketFolder ?? ''

onlyOnLinux('The embedded PostgreSQL of a running service', function () {
  this.timeout(90_000)
  const hold = releasing()
  afterEach(cleanUp)

  it('is started again when it is killed, as often as that is: followers go on, and nothing acknowledged is lost', async () => {
    const server = start()
    const client = await server.listening()
    const socketFolder = socketFolderOf(server)
    const chat = await aChatOn(client)
    const stream = hold(await follow(client.url, `${chat}/events`), ({ cut }) => cut())
    const acknowledged: string[] = []
    const send = async (text: string) => {
      const { status } = await client.post<MessageBody>(`${chat}/messages/`, { text })
      if (status === 201) acknowledged.push(text)
      else expect(status).to.equal(503)
      return status === 201
    }
    for (const round of [1, 2]) {
      await send(`before death ${round}`)
      const before = postmasterOn(join(server.dataDir, 'postgres'))
      // The postmaster alone, whose backends then notice; the next time all of them at one blow.
      if (round === 1) signalTo(before?.pid ?? 0, 'SIGKILL')
      else killPostgresOf(server)
      // A backend may answer once more before it notices.
      await until(() => (postmasterOn(join(server.dataDir, 'postgres'))?.pid ?? before?.pid) !== before?.pid)
      await until(() => send(`after death ${round}`))
      const after = postmasterOn(join(server.dataDir, 'postgres'))
      expect(after?.pid).not.to.equal(before?.pid)
      expect(after?.socketFolder, 'where connections are looked for').to.equal(socketFolder)
    }
    await until(() => stream.events.at(-1)?.data['text'] === 'after death 2')
    const kept = (await client.get<MessageBody[]>(`${chat}/messages/?limit=100&order=asc`)).json.map(({ text }) => text)
    expect(kept.filter((text) => acknowledged.includes(text))).to.deep.equal(acknowledged)
    const told = stream.events.filter(({ event }) => event === 'message').map(({ data }) => data['text'])
    expect(told).to.deep.equal(kept)
    expect((await client.get('/readyz')).status).to.equal(200)
    expect((await client.get('/metrics')).text).to.match(/^background_failures_total{work="database"} 2$/m)
    server.kill('SIGTERM')
    expect((await server.exit).code).to.equal(0)
    expect(postgresOn(server.dataDir)).to.deep.equal([])
    expect(existsSync(socketFolder)).to.equal(false)
  })

  for (const [what, ruin] of [
    ['its data folder is gone', (folder: string) => rmSync(folder, { recursive: true, force: true, maxRetries: 20 })],
    ['its control file is damaged', (folder: string) => writeFileSync(join(folder, 'global', 'pg_control'), 'gone')],
  ] as const)
    it(`is given up when ${what}: a fatal line, the exit status 69, and nothing left running`, async () => {
      const server = start()
      const client = await server.listening()
      const folder = join(server.dataDir, 'postgres')
      const socketFolder = socketFolderOf(server)
      const pids = postgresOn(server.dataDir)
      ruin(folder)
      for (const pid of pids) signalTo(pid, 'SIGKILL')
      // It says so until the end.
      expect((await client.get('/livez')).status).to.equal(200)
      expect(await server.exit).to.deep.equal({ code: 69, signal: null, stderr: '' })
      expect(postgresOn(server.dataDir)).to.deep.equal([])
      expect(existsSync(socketFolder)).to.equal(false)
      const last = server.logs.at(-1)
      expect(last?.level).to.equal(60)
      expect(last?.msg).to.match(
        /could not be started again, and the service ends: .*(is gone|control file|pg_control)/,
      )
      expect(existsSync(join(folder, 'PG_VERSION')), 'no empty database in its place').to.equal(
        what.includes('control'),
      )
    })

  it('has not died when the service stops, whoever else is told, nor is started again by one that is stopping', async () => {
    const server = start()
    await server.listening()
    server.kill('SIGTERM')
    for (const pid of postgresOn(server.dataDir).slice(0, 1)) signalTo(pid, 'SIGINT')
    expect(await server.exit).to.deep.equal({ code: 0, signal: null, stderr: '' })
    expect(obituaries(server)).to.deep.equal([])
    expect(postgresOn(server.dataDir)).to.deep.equal([])
  })

  it('is not waited for by a service that is asked to stop while it is started again', async () => {
    const server = start()
    await server.listening()
    const socketFolder = socketFolderOf(server)
    writeFileSync(join(server.dataDir, 'postgres', 'global', 'pg_control'), 'gone')
    killPostgresOf(server)
    await until(() => obituaries(server).length > 1)
    server.kill('SIGTERM')
    expect((await server.exit).code).to.equal(0)
    expect(postgresOn(server.dataDir)).to.deep.equal([])
    expect(existsSync(socketFolder)).to.equal(false)
  })
})
