import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'chai'
import { type Client, createClient } from '../../src/client/index.ts'
import type { Message } from '../../src/client/schemas.ts'
import { aFreePort } from '../free-port.ts'
import { aDatabase, urlOf } from '../postgres.ts'
import { cleanUp, type ServerProcess, start } from '../process/server-process.ts'
import { releasing } from '../releasing.ts'
import { until } from '../until.ts'
import { aProxy, type Proxy, PUBLIC_HOST } from './proxy.ts'
import { recipesOf } from './recipes.ts'

const HERE = `https://${PUBLIC_HOST}/chat`
const WRITERS = 8

/** What the document has each server be told. */
const settings = () =>
  Object.fromEntries(
    Array.from(
      (recipesOf('Restarting without a lost request')[0]?.text ?? '').matchAll(/^([A-Z_]+)=(\S+)$/gm),
      ([, name, value]) => [name, value],
    ),
  ) as Record<string, string>

interface Acknowledged {
  readonly key: string
  readonly id: number
}

/** Sends to a chat until it is told to stop, each message once and with a key; what fails is not tried again. */
const load = ({ fetch }: Proxy, chat: number, stop: AbortSignal) => {
  const acknowledged: Acknowledged[] = []
  const failures: string[] = []

  const send = async (): Promise<void> => {
    const key = randomUUID()
    try {
      const answer = await fetch(`${HERE}/chats/${chat}/messages/`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': `"${key}"` },
        body: JSON.stringify({ text: key }),
      })
      const text = await answer.text()
      if (answer.status === 201) acknowledged.push({ key, id: (JSON.parse(text) as Message).id })
      else failures.push(`${answer.status}: ${text}`)
    } catch (error) {
      failures.push(String((error as Error).cause ?? error))
    }
  }
  const write = async () => {
    while (!stop.aborted) {
      await send()
      await pause(10)
    }
  }

  const written = Promise.all(Array.from({ length: WRITERS }, write))
  return { acknowledged, failures, written }
}

/** Follows a chat from its beginning, over as many connections as it takes. */
const following = (proxy: Proxy, chat: number, stop: AbortSignal) => {
  const told: { readonly id: number; readonly text: string }[] = []
  let connections = 0
  const client = createClient({
    baseUrl: HERE,
    fetch: (input, init) => {
      connections++
      return proxy.fetch(input, init)
    },
  })
  const follow = async () => {
    for await (const event of client.follow(chat, { after: 0, signal: stop }))
      if (event.type === 'message' && 'text' in event.message)
        told.push({ id: event.message.id, text: event.message.text })
  }
  return { told, followed: follow(), connections: () => connections }
}

describe('Restarting one server after another behind HAProxy', () => {
  const hold = releasing(after)
  let proxy: Proxy
  let client: Client
  let variables: Record<string, string>
  const servers = new Map<string, { readonly port: string; process: ServerProcess }>()

  before(async function () {
    const storage = { DATABASE_URL: urlOf(await aDatabase()) }
    variables = { ...storage, ...settings(), BASE_PATH: '/chat', ALLOWED_HOSTS: PUBLIC_HOST }
    for (const name of ['a', 'b']) {
      const port = String(await aFreePort())
      servers.set(name, { port, process: start({ ...variables, PORT: port }) })
    }
    const found = await aProxy('haproxy', hold, [
      ['127.0.0.1:8001', `127.0.0.1:${servers.get('a')?.port ?? ''}`],
      ['127.0.0.1:8002', `127.0.0.1:${servers.get('b')?.port ?? ''}`],
    ])
    if (!found) return this.skip()
    proxy = found
    client = createClient({ baseUrl: HERE, fetch: proxy.fetch })
    for (const { process } of servers.values()) await process.listening()
  })
  after(cleanUp)

  const said = async (sentence: string) => (await proxy.log()).split(sentence).length - 1

  const restart = async (name: string) => {
    const server = servers.get(name)
    if (!server) throw new Error(`there is no server ${name}`)
    const ups = await said(`Server messenger/${name} is UP`)
    server.process.kill('SIGTERM')
    expect((await server.process.exit).code).to.equal(0)
    server.process = start({ ...variables, PORT: server.port })
    await server.process.listening()
    await until(async () => (await said(`Server messenger/${name} is UP`)) > ups)
  }

  it('fails no request, keeps every message once and in order, and tells followers all of them', async () => {
    const stop = new AbortController()
    const { id: chat } = await client.createChat({ title: 'Release party' })
    const { acknowledged, failures, written } = load(proxy, chat, stop.signal)
    const leave = new AbortController()
    const followers = [1, 2, 3].map(() => following(proxy, chat, leave.signal))

    for (const name of servers.keys()) {
      const before = acknowledged.length
      await restart(name)
      expect(acknowledged.length, 'it was under load').to.be.above(before + 100)
    }
    stop.abort()
    await written

    expect(failures).to.deep.equal([])
    const count = acknowledged.length
    const expected = acknowledged.toSorted((one, other) => one.id - other.id).map(({ key, id }) => ({ id, text: key }))
    expect(expected.map(({ id }) => id)).to.deep.equal(Array.from({ length: count }, (_, index) => index + 1))
    for (const { told, connections } of followers) {
      await until(() => told.length >= count)
      expect(told).to.deep.equal(expected)
      expect(connections(), 'its stream was ended and went on').to.be.above(1)
    }
    leave.abort()
    await Promise.all(followers.map(({ followed }) => followed))
  })
})
