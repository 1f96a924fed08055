import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'chai'
import { Client as PostgresClient } from 'pg'
import { openStorage } from '../../src/storage.ts'
import { aChatOn, type Client } from '../client.ts'
import { upTo } from '../fixtures.ts'
import { cleanUp, onlyOnLinux, start } from '../process/server-process.ts'
import { releasing } from '../releasing.ts'
import { aConfig, served } from '../served.ts'
import { until } from '../until.ts'
import { inShell } from './shell.ts'
import { type Address, aSystemDatabase, type SystemPostgres, systemPostgresFor, urlOf } from './system-postgres.ts'

const document = readFileSync(new URL('../../docs/operating.md', import.meta.url), 'utf8')

/** What the handbook says that one of these takes, in bytes. */
const bytesOf = (one: string) => {
  const said = new RegExp(`^\\| ${one}[^|]*\\| +(\\d+) +\\|$`, 'm').exec(document)?.[1]
  if (said === undefined) throw new Error(`the handbook has no figure for ${one}`)
  return Number(said)
}

/** Milliseconds for which a connection is there that is meant to be: one that is given up says goodbye beside the one in its place. */
const LASTING_MS = 150

const ESTABLISHED = '01'

/**
 * Connections to a port of this machine that whoever made them still holds, from /proc/net/tcp: PostgreSQL may take a moment to notice
 * that one is given up, and go on counting it.
 */
const connectionsTo = (port: number): number =>
  readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , to, state]) => state === ESTABLISHED && parseInt(to?.split(':')[1] ?? '', 16) === port).length

onlyOnLinux('What the service takes', function () {
  this.timeout(120_000)
  const hold = releasing()
  let postgres: SystemPostgres
  let database: Address

  before(async function () {
    postgres = await systemPostgresFor(this)
  })
  beforeEach(async () => {
    database = await aSystemDatabase(postgres)
  })
  afterEach(cleanUp)

  /** Asks for more at once than there are connections for, of many kinds: what is of one kind goes together. */
  const askAll = async (client: Client, chats: readonly string[]) => {
    const requests = chats.flatMap((chat) => [
      client.get(chat),
      client.get(`${chat}/messages/1`),
      client.get(`${chat}/members/`),
      client.post(`${chat}/messages/`, { text: 'x' }),
    ])
    return (await Promise.all(requests)).map(({ status }) => status)
  }

  it('of connections is WORKERS × (DATABASE_POOL_SIZE + 1) at the most, and two more at the start', async () => {
    expect(document).to.include('servers × WORKERS × (DATABASE_POOL_SIZE + 1), and 2 more while a server starts')
    const [workers, size] = [2, 3]
    const formula = workers * (size + 1)
    const watch = hold({ goes: true, most: 0, peak: 0, others: 0 }, (watch) => (watch.goes = false))
    const looks: { readonly at: number; readonly count: number }[] = []
    const watching = (async () => {
      for (; watch.goes; await delay(2)) {
        const [at, count] = [performance.now(), connectionsTo(database.port) - watch.others]
        watch.most = Math.max(watch.most, count)
        looks.push({ at, count })
        if (at - (looks[0]?.at ?? at) < LASTING_MS) continue
        watch.peak = Math.max(watch.peak, Math.min(...looks.map(({ count }) => count)))
        looks.shift()
      }
    })()
    const settings = { WORKERS: String(workers), DATABASE_POOL_SIZE: String(size), LOG_LEVEL: 'info' }
    const client = await start({ DATABASE_URL: urlOf(database), ...settings }).listening()
    expect(watch.most, 'at the start').to.be.within(1, formula + 2)
    watch.peak = looks.length = 0
    const chats = await Promise.all(upTo(10).map(() => aChatOn(client)))
    await Promise.all(chats.map((chat) => client.post(`${chat}/messages/`, { text: 'x' })))
    // While no statement can end, each connection that there may be comes about.
    const blocker = hold(new PostgresClient({ ...postgres, database: database.database }), (blocker) => blocker.end())
    watch.others = 1
    await blocker.connect()
    await blocker.query('begin; lock table chats, messages, members')
    await until(async () => {
      const statuses = await askAll(client, chats)
      expect(new Set(statuses)).to.deep.equal(new Set([503]))
      return watch.peak >= formula
    })
    await blocker.query('rollback')
    await askAll(client, chats)
    watch.goes = false
    await watching
    expect(watch.peak).to.equal(formula)
  })

  it('of disk is what the handbook says, give or take a quarter', async () => {
    const storage = await openStorage(aConfig({ DATABASE_URL: urlOf(database) }), () => {})
    const { url } = hold(await served(storage), ({ stop }) => stop())
    const sizes = async () => {
      // A table that many write to at once grows by more pages than it needs yet.
      await postgres.query('vacuum chats, messages, members, reactions', database.database)
      const rows = await postgres.query(
        // Without the maps of free space, which come all at once when autovacuum has been there.
        `select relname as name, (pg_relation_size(oid) + coalesce(pg_relation_size(nullif(reltoastrelid, 0)), 0) +
           (select coalesce(sum(pg_relation_size(indexrelid)), 0) from pg_index where indrelid = pg_class.oid))::int as size
         from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
        database.database,
      )
      return new Map(rows.map(({ name, size }) => [name as string, size as number]))
    }
    const CHATS = 250
    const put = async (
      method: string,
      target: string,
      body: object | undefined,
      headers: Record<string, string> = {},
    ) => {
      const init = { method, headers: { 'content-type': 'application/json', ...headers } }
      const answer = await fetch(url + target, body ? { ...init, body: JSON.stringify(body) } : init)
      expect([answer.status, await answer.text()][0]).to.be.within(200, 204)
    }
    /** Bytes that each of so many requests adds to tables. */
    const each = async (count: number, ask: (n: number) => Promise<void>, ...tables: readonly string[]) => {
      const before = await sizes()
      for (let n = 0; n < count; n += 50) await Promise.all(upTo(50).map((more) => ask(n + more - 1)))
      const after = await sizes()
      return tables.reduce((sum, table) => sum + (after.get(table) ?? 0) - (before.get(table) ?? 0), 0) / count
    }
    const chatOf = (n: number) => `/chats/${1 + (n % CHATS)}`
    const by = (n: number) => ({ 'on-behalf-of': `user-${n % 50}` })
    const text = 'What people write in a chat is letters and blanks, and it is not long: '.repeat(2).slice(0, 100)
    await each(CHATS, (n) => put('POST', '/chats/', { title: `Chat ${n}`, visibility: 'public' }))
    const found = {
      message: await each(1000, (n) => put('POST', `${chatOf(n)}/messages/`, { text }, by(n)), 'messages'),
      'the same, sent with': await each(
        1000,
        (n) =>
          put('POST', `${chatOf(n)}/messages/`, { text }, { ...by(n), 'idempotency-key': `"${crypto.randomUUID()}"` }),
        'messages',
      ),
      reaction: await each(
        1000,
        (n) => put('PUT', `${chatOf(n)}/messages/${1 + Math.floor(n / CHATS)}/reactions/%2B1`, undefined, by(n)),
        'reactions',
      ),
      member: await each(
        1000,
        (n) => put('PUT', `${chatOf(n)}/members/member-${Math.floor(n / CHATS)}`, { role: 'member' }),
        'members',
      ),
    }
    for (const [one, bytes] of Object.entries(found))
      expect(bytes, one).to.be.within(0.75 * bytesOf(one), 1.25 * bytesOf(one))
  })

  it('of files is what the system allows at the most: Node raises its own limit to that', async () => {
    const limits = `${process.execPath} -p 'fs.readFileSync("/proc/self/limits", "utf8")'`
    const { stdout } = await inShell(`ulimit -S -n 300; ulimit -H -n 700; ${limits}`, postgres)
    expect(stdout).to.match(/^Max open files +700 +700 /m)
  })
})
