import { expect } from 'chai'
import { type Client, aChatOn, type ChatBody, type MessageBody } from '../client.ts'
import { cleanUp, onlyOnLinux, postgresOn, type ServerProcess, signalTo, start } from './server-process.ts'
import { until } from '../until.ts'

const SENDERS = 8
const ACKNOWLEDGED_BEFORE_THE_KILL = 60

/** What the senders know: everything they sent, and what they were promised. */
interface Ledger {
  readonly chats: readonly string[]
  readonly sent: Set<string>
  readonly acknowledged: Map<string, MessageBody>
  /** Statuses of answers that were no promise. */
  readonly refusals: Set<number>
}

/** Eight clients that send without a pause until the service is gone. */
const load = (client: Client, ledger: Ledger) => {
  const send = async (sender: number) => {
    for (;;) {
      const text = `text ${ledger.sent.size} of sender ${sender}`
      const chat = ledger.chats[ledger.sent.size % ledger.chats.length] ?? ''
      ledger.sent.add(text)
      const answer = await client.post<MessageBody>(`${chat}/messages/`, { text }).catch((error: unknown) => {
        if (error instanceof TypeError && error.message === 'fetch failed') return undefined
        if (error instanceof TypeError && error.message === 'terminated') return undefined
        throw error
      })
      if (answer === undefined) return
      if (answer.status === 201) {
        expect(answer.json.text).to.equal(text)
        ledger.acknowledged.set(text, answer.json)
        continue
      }
      ledger.refusals.add(answer.status)
      expect(answer.status, answer.text).to.equal(503)
      expect(answer.headers.get('retry-after')).to.match(/^[1-9]\d*$/)
    }
  }
  const ended = Promise.all(Array.from({ length: SENDERS }, (_, sender) => send(sender)))
  return {
    ended,
    /** So many more are acknowledged. */
    isUnderWay: () => {
      const wanted = ledger.acknowledged.size + ACKNOWLEDGED_BEFORE_THE_KILL
      return Promise.race([
        until(() => ledger.acknowledged.size >= wanted),
        ended.then(() => expect.fail('the senders stopped early')),
      ])
    },
  }
}

const everythingIn = async (client: Client, chat: string): Promise<readonly MessageBody[]> => {
  const all: MessageBody[] = []
  for (;;) {
    const page = await client.get<MessageBody[]>(`${chat}/messages/?limit=100&order=asc&after=${all.length}`)
    expect(page.status).to.equal(200)
    all.push(...page.json)
    if (page.json.length < 100) return all
  }
}

/** Every promise was kept, and nothing else is there than what was sent, once. */
const audit = async (client: Client, ledger: Ledger) => {
  const stored = (await Promise.all(ledger.chats.map((chat) => everythingIn(client, chat)))).flat()
  const byText = new Map(stored.map((message) => [message.text, message]))
  expect(byText.size, 'no text is there twice').to.equal(stored.length)
  expect([...byText.keys()].filter((text) => !ledger.sent.has(text))).to.deep.equal([])
  for (const [text, promised] of ledger.acknowledged) expect(byText.get(text)).to.deep.equal(promised)

  for (const chat of ledger.chats) {
    const { id, last_message_id } = (await client.get<ChatBody>(chat)).json
    const messages = stored.filter(({ chat_id }) => chat_id === id)
    expect(messages.map((message) => message.id)).to.deep.equal(messages.map((_, index) => index + 1))
    expect(last_message_id).to.equal(messages.length)
    const times = messages.map(({ created_at }) => created_at)
    expect(times).to.deep.equal(times.toSorted())
  }
}

const killAll = (pids: readonly number[]) => {
  expect(pids, 'PostgreSQL is running').not.to.have.length(0)
  for (const pid of pids) signalTo(pid, 'SIGKILL')
}

const kill = async (server: ServerProcess) => {
  server.kill('SIGKILL')
  expect((await server.exit).signal).to.equal('SIGKILL')
}

onlyOnLinux('What was acknowledged', () => {
  afterEach(cleanUp)

  /** Rounds of load and disaster on one data folder, everything checked after each. */
  const survives = async (
    rounds: number,
    disaster: (server: ServerProcess, senders: ReturnType<typeof load>, round: number) => Promise<void>,
  ) => {
    let server = start()
    let client = await server.listening()
    const chats = await Promise.all(['One', 'Two', 'Three'].map((title) => aChatOn(client, title)))
    const ledger: Ledger = { chats, sent: new Set(), acknowledged: new Map(), refusals: new Set() }
    for (let round = 0; round < rounds; round++) {
      const senders = load(client, ledger)
      await senders.isUnderWay()
      await disaster(server, senders, round)
      await senders.ended
      server = start({ DATA_DIR: server.dataDir })
      client = await server.listening()
      await audit(client, ledger)
    }
    expect(ledger.acknowledged.size).to.be.at.least(rounds * ACKNOWLEDGED_BEFORE_THE_KILL)
    server.kill('SIGTERM')
    expect((await server.exit).code).to.equal(0)
    return { ledger, server }
  }

  it('is kept when PostgreSQL is killed, which is started again under the senders, and Node is killed after it', async () => {
    const { ledger } = await survives(2, async (server, senders, round) => {
      const [postmaster = 0, ...backends] = postgresOn(server.dataDir)
      // The postmaster alone, whose backends then notice; the next time all of them at one blow.
      killAll(round % 2 === 0 ? [postmaster] : [postmaster, ...backends])
      await server.logged(/^embedded PostgreSQL started again/)
      await senders.isUnderWay()
      expect((await (await server.listening()).get('/readyz')).status).to.equal(200)
      await kill(server)
    })
    expect([...ledger.refusals]).to.satisfy((refusals: readonly number[]) => refusals.every((status) => status === 503))
  })

  it('is kept when Node alone is killed, and the PostgreSQL it leaves behind is taken over', async () => {
    const { ledger, server } = await survives(1, async (server) => {
      await kill(server)
      expect(postgresOn(server.dataDir)).not.to.have.length(0)
    })
    expect(server.logs.map(({ msg }) => msg).join()).to.match(/embedded PostgreSQL taken over/)
    expect(postgresOn(server.dataDir), 'and stopped in the end').to.deep.equal([])
    expect([...ledger.refusals]).to.deep.equal([])
  })

  it('is kept when both are killed at once', async () => {
    const { server } = await survives(1, async (server) => {
      const gone = kill(server)
      killAll(postgresOn(server.dataDir))
      await gone
    })
    expect(server.logs.map(({ msg }) => msg).join()).to.match(/embedded PostgreSQL started/)
  })
})
