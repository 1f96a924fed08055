import { expect } from 'chai'
import { connect } from 'node:net'
import { createClient, isTombstone } from '../../src/client/index.ts'
import { aChatOn, type MessageBody } from '../client.ts'
import { releasing } from '../releasing.ts'
import { until } from '../until.ts'
import { isRunning, serving, workersOf } from './crew.ts'
import { cleanUp, onlyOnLinux, postgresOn, type ServerProcess, signalTo, start } from './server-process.ts'

const SENDERS = 8
const SENT_MEANWHILE = 60

/** Senders and a follower that use our client, which tries again what was cut off, under the same key. */
const load = (url: string, chatId: number) => {
  const client = createClient({ baseUrl: url, attempts: 1000 })
  const over = new AbortController()
  const sent: string[] = []
  const acknowledged = new Map<string, number>()
  const told: [number, string][] = []
  const send = async (sender: number) => {
    while (!over.signal.aborted) {
      const text = `text ${sent.length} of sender ${sender}`
      sent.push(text)
      acknowledged.set(text, (await client.sendMessage(chatId, { text })).id)
    }
  }
  const listen = async () => {
    for await (const event of client.follow(chatId, { after: 0, signal: over.signal }))
      if (event.type === 'message' && !isTombstone(event.message)) told.push([event.message.id, event.message.text])
  }
  const listening = listen()
  const sending = Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender)))
  sending.catch(() => undefined)
  return {
    acknowledged,
    sent,
    told,
    isUnderWay: async () => {
      const wanted = acknowledged.size + SENT_MEANWHILE
      await until(() => acknowledged.size >= wanted)
    },
    stop: async () => {
      over.abort()
      await sending
      await listening
    },
  }
}

/** Kills a worker, and resolves when another serves in its place. */
const replaced = async (server: ServerProcess, pid: number) => {
  signalTo(pid, 'SIGKILL')
  await server.logged(new RegExp(`^worker ${pid} was ended by SIGKILL, and another takes its place$`))
  await until(() => serving(server).length === 2)
}

onlyOnLinux('A worker that is killed', function () {
  this.timeout(90_000)
  const hold = releasing()
  afterEach(cleanUp)

  const deathsOf = ({ logs }: ServerProcess) => logs.filter(({ level, msg }) => level === 50 && /^worker /.test(msg))

  it('is replaced under load: nothing acknowledged is lost, nothing is there twice, followers go on', async () => {
    const server = start({ WORKERS: '2' })
    const client = await server.listening()
    const chat = await aChatOn(client)
    const postmaster = postgresOn(server.dataDir)[0]
    const work = hold(load(client.url, Number(chat.split('/')[2])), ({ stop }) => stop())
    const counted = async () => {
      const { text } = await client.get('/metrics')
      return Number(/^http_server_request_duration_seconds_count.*POST.*messages.*201.* (\d+)$/m.exec(text)?.[1])
    }
    for (const round of [1, 2, 3]) {
      await work.isUnderWay()
      const [doomed = 0, other = 0] = serving(server)
      const before = await counted()
      await replaced(server, doomed)
      expect(isRunning(other), 'the other goes on').to.equal(true)
      expect(await counted(), `what the dead have counted is kept, ${round}`).to.be.at.least(before)
    }
    await work.isUnderWay()
    await work.stop()
    expect(deathsOf(server)).to.have.length(3)
    expect((await client.get('/metrics')).text).to.match(/^worker_deaths_total 3$/m)

    const kept: [number, string][] = []
    for (let after = 0; ; after += 100) {
      const page = await client.get<MessageBody[]>(`${chat}/messages/?limit=100&order=asc&after=${after}`)
      kept.push(...page.json.map(({ id, text }): [number, string] => [id, text]))
      if (page.json.length < 100) break
    }
    expect(kept.map(([id]) => id)).to.deep.equal(kept.map((_, n) => n + 1))
    expect(kept.map(([, text]) => text).toSorted()).to.deep.equal(work.sent.toSorted())
    expect(new Map(kept.map(([id, text]) => [text, id]))).to.deep.equal(new Map(work.acknowledged))
    expect(work.told).to.deep.equal(kept.slice(0, work.told.length))
    expect(work.told).to.have.length.above(3 * SENT_MEANWHILE)
    expect(postgresOn(server.dataDir)[0], 'PostgreSQL has heard of nothing').to.equal(postmaster)
  })

  it('leaves nobody waiting to whom it had not yet listened', async () => {
    const server = start({ WORKERS: '2' })
    const client = await server.listening()
    const [stopped = 0] = serving(server)
    signalTo(stopped, 'SIGSTOP')
    const answered = new Set<number>()
    const ended = new Set<number>()
    for (let n = 0; n < 4; n++) {
      const socket = hold(connect(Number(new URL(client.url).port), '127.0.0.1'), (socket) => socket.destroy())
      socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n')
      socket.on('data', () => answered.add(n)).on('close', () => ended.add(n))
      socket.on('error', () => undefined)
    }
    await until(() => answered.size === 3)
    expect(ended.size).to.equal(0)
    await replaced(server, stopped)
    await until(() => ended.size === 1)
    expect(answered.size, 'answered').to.equal(3)
  })

  it('ends the start when it has not served yet, in one sentence, and nothing is left', async () => {
    const server = start({ WORKERS: '2' })
    await until(() => workersOf(server).length === 2)
    const workers = workersOf(server)
    signalTo(workers[0] ?? 0, 'SIGKILL')
    expect(await server.exit).to.deep.equal({ code: 1, signal: null, stderr: '' })
    expect(server.logs.at(-1)?.msg).to.equal('could not start: a worker was ended by SIGKILL before it served')
    expect(workers.filter(isRunning)).to.deep.equal([])
    expect(postgresOn(server.dataDir)).to.deep.equal([])
  })
})
