import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { type ChatEvent, createClient } from '../../src/client/index.ts'
import { openStorage } from '../../src/storage.ts'
import { type ChatBody, type Client, clientOf, type MessageBody } from '../client.ts'
import { asRoot, asUser, GUARDED } from '../credentials.ts'
import { upTo } from '../fixtures.ts'
import { releasing } from '../releasing.ts'
import { aConfig, served } from '../served.ts'
import { follow } from '../stream.ts'
import { until } from '../until.ts'
import { commandsOf, inShell } from './shell.ts'
import {
  type Address,
  aSystemDatabase,
  type SystemPostgres,
  systemPostgresFor,
  urlOf,
  variablesOf,
} from './system-postgres.ts'

describe('A restored backup', function () {
  this.timeout(120_000)
  const hold = releasing()
  let postgres: SystemPostgres

  before(async function () {
    postgres = await systemPostgresFor(this)
  })

  const aServer = async (database: Address, environment: Record<string, string> = {}): Promise<Client> => {
    const storage = await openStorage(aConfig({ DATABASE_URL: urlOf(database) }), () => {})
    return clientOf(hold(await served(storage, environment), ({ stop }) => stop()).url)
  }
  const backUp = async (database: Address): Promise<string> => {
    const folder = hold(mkdtempSync(join(tmpdir(), 'messenger-test-restore-')), (path) =>
      rmSync(path, { recursive: true }),
    )
    const { status, stdout, stderr } = await inShell(`deploy/backup.sh ${folder}`, postgres, variablesOf(database))
    expect([status, stderr]).to.deep.equal([0, ''])
    return stdout.trim()
  }
  const restore = (database: Address, backup: string) =>
    inShell(
      commandsOf('Backup and restore', 'restore.sh /var', {
        '/var/backups/messenger/messenger-20261128T030000Z.dump': backup,
      }),
      postgres,
      variablesOf(database),
    )
  const isRestored = async (database: Address, backup: string) => {
    const { status, stdout, stderr } = await restore(database, backup)
    expect([status, stdout, stderr]).to.deep.equal([0, '', ''])
  }

  /** Sends one after another until it is stopped; says how many were acknowledged, and what else was answered. */
  const sending = (client: Client, chat: number) => {
    const sender = hold({ goes: true, sent: 0, others: new Set<number>() }, (sender) => (sender.goes = false))
    const run = async () => {
      while (sender.goes) {
        const { status } = await client.post(`/chats/${chat}/messages/`, { text: `number ${sender.sent + 1}` })
        if (status === 201) sender.sent += 1
        else sender.others.add(status)
      }
    }
    const running = run()
    return { sender, stop: () => ((sender.goes = false), running) }
  }
  const aChatWith = async (client: Client, ...users: readonly string[]) => {
    const members = users.map((user_id) => ({ user_id, role: 'member' }))
    return (await client.post<ChatBody>('/chats/', { title: 'Plates', members })).json.id
  }
  const placesIn = (database: Address) =>
    postgres.query(
      `select c.id::int, c.last_message_id::int as last, c.revision::int, count(m.id)::int as messages, max(m.id)::int as highest
       from chats c left join messages m on m.chat_id = c.id group by c.id order by c.id`,
      database.database,
    )

  it('that was made under load is one moment: in an empty database every chat is whole, and the service goes on from it', async () => {
    const database = await aSystemDatabase(postgres)
    const client = await aServer(database)
    const chats = [await aChatWith(client, 'ada'), await aChatWith(client, 'ada')]
    const senders = chats.map((chat) => sending(client, chat))
    await until(() => senders.every(({ sender }) => sender.sent > 20))
    const before = senders.map(({ sender }) => sender.sent)
    const backup = await backUp(database)
    const after = senders.map(({ sender }) => sender.sent + 1)
    await Promise.all(senders.map(({ stop }) => stop()))
    expect(senders.flatMap(({ sender }) => [...sender.others])).to.deep.equal([])

    const empty = await aSystemDatabase(postgres)
    await isRestored(empty, backup)
    const places = await placesIn(empty)
    expect(places).to.have.length(2)
    for (const [n, { last, messages, highest, revision }] of places.entries()) {
      expect(last).to.be.within(before[n] ?? 0, after[n] ?? 0)
      expect([messages, highest, revision]).to.deep.equal([last, last, last])
    }
    const other = await aServer(empty)
    const sent = await other.post<MessageBody>(`/chats/${chats[0]}/messages/`, { text: 'and on' })
    expect(sent.json.id).to.equal((places[0]?.['last'] as number) + 1)
    expect(await aChatWith(other)).to.equal(3)
  })

  it('under servers that run: requests are done or answered with 503, followers are told, numbers go on', async () => {
    const database = await aSystemDatabase(postgres)
    const [one, two] = [await aServer(database), await aServer(database)]
    const busy = await aChatWith(one)
    const [changed, quiet] = [await aChatWith(one, 'ada'), await aChatWith(one, 'ada')]
    for (const chat of [changed, quiet]) await one.post(`/chats/${chat}/messages/`, { text: 'one' })
    for (const [table, column] of Object.entries({ chats: 'touched_at', members: 'marked_at' }))
      await postgres.query(`update ${table} set ${column} = ${column} - interval '1 day'`, database.database)
    const backup = await backUp(database)

    await one.post(`/chats/${changed}/messages/`, { text: 'two' })
    const later = await aChatWith(one, 'ada')
    const stream = hold(await follow(two.url, `/chats/${changed}/events?after=0`), ({ cut }) => cut())
    const away = hold(await follow(two.url, '/users/ada/inbox/events?after=0'), ({ cut }) => cut())
    const told: ChatEvent[] = []
    const controller = hold(new AbortController(), (controller) => controller.abort())
    const following = (async () => {
      const { signal } = controller
      for await (const event of createClient({ baseUrl: one.url }).follow(changed, { after: 0, signal }))
        told.push(event)
    })()
    await until(() => told.length === 2 && stream.events.length === 2 && away.events.length >= 4)
    away.cut()
    const load = sending(one, busy)
    await until(() => load.sender.sent > 20)

    await isRestored(database, backup)
    const since = load.sender.sent
    await until(() => load.sender.sent > since + 20)
    await load.stop()
    expect([...load.sender.others].filter((status) => status !== 503)).to.deep.equal([])
    await stream.ended
    await until(() => told.some(({ type }) => type === 'chat_restored'))

    const again = await two.post<MessageBody>(`/chats/${changed}/messages/`, { text: 'two, again' })
    expect(again.json.id).to.equal(2)
    expect(await aChatWith(two, 'ada')).to.equal(later)
    for (const { id, last, messages, highest, revision } of await placesIn(database))
      expect([messages, highest, revision], `chat ${id as number}`).to.deep.equal([last, last || null, last])
    const isAgain = (event: ChatEvent) =>
      event.type === 'message' && 'text' in event.message && event.message.text === 'two, again'
    await until(() => told.some(isAgain))
    expect(told.map(({ type }) => type)).to.deep.equal(['message', 'message', 'chat_restored', 'message', 'message'])
    controller.abort()
    await following

    const resumed = hold(await follow(two.url, `/users/ada/inbox/events?after=${away.lastEventId()}`), ({ cut }) =>
      cut(),
    )
    const entries = () =>
      new Set(resumed.events.flatMap(({ event, data }) => (event === 'entry' ? [(data['chat'] as ChatBody).id] : [])))
    await until(() => entries().size === 3)
    expect(entries()).to.deep.equal(new Set([changed, quiet, later]))
  })

  it('takes back who is a member, also on a server that remembers it by a revision that is given anew', async () => {
    const database = await aSystemDatabase(postgres)
    const [one, two] = [await aServer(database, GUARDED), await aServer(database, GUARDED)]
    const members = [{ user_id: 'ada', role: 'owner' }]
    const { id } = (await one.post<ChatBody>('/chats/', { title: 'Plates', members }, asRoot)).json
    const joins = (client: Client, user: string) =>
      client.request('PUT', `/chats/${id}/members/${user}`, {
        headers: { 'content-type': 'application/json', ...asRoot },
        body: '{"role":"member"}',
      })
    const sends = async (client: Client) =>
      (await client.post(`/chats/${id}/messages/`, { text: 'hello' }, asUser('carol'))).status
    const backup = await backUp(database)
    expect([(await joins(one, 'carol')).status, await sends(one)]).to.deep.equal([201, 201])
    await isRestored(database, backup)
    await until(async () => (await joins(two, 'dave')).status === 201)
    expect(await sends(two)).to.equal(404)
    await until(async () => (await one.get('/chats/', asRoot)).status === 200)
    expect(await sends(one)).to.equal(404)
  })

  it('that is cut, or ends in the middle, changes nothing', async () => {
    const database = await aSystemDatabase(postgres)
    const client = await aServer(database)
    const chat = await aChatWith(client, 'ada')
    for (const n of upTo(50)) await client.post(`/chats/${chat}/messages/`, { text: `number ${n}`.repeat(50) })
    const backup = await backUp(database)
    await client.post(`/chats/${chat}/messages/`, { text: 'since' })
    const before = await placesIn(database)
    const whole = readFileSync(backup)
    for (const size of [0, 100, Math.floor(whole.length / 2), whole.length - 100]) {
      writeFileSync(backup, whole.subarray(0, size))
      const { status, stderr } = await restore(database, backup)
      expect(status, `${size} bytes of ${whole.length}`).to.not.equal(0)
      expect(stderr).to.include('pg_restore: error')
      expect(await placesIn(database)).to.deep.equal(before)
    }
    expect((await client.get(`/chats/${chat}`)).status).to.equal(200)
  })

  it('beside tables that it does not know is refused, and changes nothing', async () => {
    const database = await aSystemDatabase(postgres)
    const client = await aServer(database)
    const chat = await aChatWith(client)
    const backup = await backUp(database)
    await client.post(`/chats/${chat}/messages/`, { text: 'since' })
    const before = await placesIn(database)
    await postgres.query(
      `create table later (chat_id bigint references chats (id)); alter table later owner to ${database.user}`,
      database.database,
    )
    const { status, stderr } = await restore(database, backup)
    expect([status === 0, /later/.test(stderr)]).to.deep.equal([false, true])
    expect(await placesIn(database)).to.deep.equal(before)
  })
})
