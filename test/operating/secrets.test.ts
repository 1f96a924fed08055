import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { Client as PostgresClient } from 'pg'
import { openStorage } from '../../src/storage.ts'
import { bearer } from '../callers.ts'
import { aChatOn, type Client, clientOf } from '../client.ts'
import { aKeyOn, aTokenOf, JWT_SECRET, ROOT_KEY } from '../credentials.ts'
import { releasing } from '../releasing.ts'
import { aConfig, memoryStorage, served } from '../served.ts'
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

const HEADING = 'New secrets'

describe('A secret that is replaced as the handbook says', function () {
  this.timeout(120_000)
  const hold = releasing()
  let postgres: SystemPostgres

  before(async function () {
    postgres = await systemPostgresFor(this)
  })

  const aFolder = () =>
    hold(mkdtempSync(join(tmpdir(), 'messenger-test-secrets-')), (path) => rmSync(path, { recursive: true }))

  it('refuses no token and no root key on its way, on whichever server, and then what was replaced', async () => {
    const folder = aFolder()
    const [first, firstKey] = [join(folder, 'jwt-1'), join(folder, 'root-1')]
    writeFileSync(first, JWT_SECRET)
    writeFileSync(firstKey, ROOT_KEY)
    const commands = commandsOf(HEADING, 'openssl', { '/etc/messenger': folder })
    const { status, stdout } = await inShell(`${commands}\nstat -c %a ${folder}/jwt-2; env`, postgres)
    expect([status, /^600$/m.test(stdout)]).to.deep.equal([0, true])
    const during = Object.fromEntries(
      Array.from(stdout.matchAll(/^(AUTH_\w+)=(.*)$/gm), ([, name = '', value = '']) => [name, value]),
    ) as Record<string, string>
    const secondKey = join(folder, 'root-2')
    writeFileSync(secondKey, `${ROOT_KEY}-another`)
    const aServer = async (environment: Record<string, string>) => {
      const lines: string[] = []
      const server = hold(await served(memoryStorage(), environment, lines), ({ stop }) => stop())
      return { client: clientOf(server.url), warns: lines.some((line) => line.includes('_PREVIOUS')) }
    }
    const [old, both, fresh] = [
      await aServer({ AUTH_JWT_SECRET_FILE: first, AUTH_ROOT_KEY_FILE: firstKey }),
      await aServer({ ...during, AUTH_ROOT_KEY_FILE: secondKey, AUTH_ROOT_KEY_PREVIOUS_FILE: firstKey }),
      await aServer({ AUTH_JWT_SECRET_FILE: during['AUTH_JWT_SECRET_FILE'] ?? '', AUTH_ROOT_KEY_FILE: secondKey }),
    ]
    expect([old, both, fresh].map(({ warns }) => warns)).to.deep.equal([false, true, false])

    const secret = (await readFile(join(folder, 'jwt-2'), 'utf8')).trim()
    const olds = [aTokenOf('ada'), ROOT_KEY]
    const news = [aTokenOf('ada', {}, { secret }), `${ROOT_KEY}-another`]
    const answers = async ({ client }: { readonly client: Client }, tokens: readonly string[]) =>
      Promise.all(tokens.map(async (token) => (await client.get('/chats/', bearer(token))).status))
    // While servers go from the first to the second, and from the second to the third.
    expect([await answers(old, olds), await answers(both, olds)]).to.deep.equal([
      [200, 200],
      [200, 200],
    ])
    expect([await answers(both, news), await answers(fresh, news)]).to.deep.equal([
      [200, 200],
      [200, 200],
    ])
    expect([await answers(old, news), await answers(fresh, olds)]).to.deep.equal([
      [401, 401],
      [401, 401],
    ])
  })

  it('is a key of a service: another is made and the first revoked, by the commands of the handbook', async () => {
    const database = await aSystemDatabase(postgres)
    const { client } = await aServerOn(urlOf(database), { AUTH_ROOT_KEY: ROOT_KEY })
    const first = await aKeyOn(client, ['read', 'write', 'act'])
    const commands = commandsOf(HEADING, 'keys -- create', { 'npm run -s keys --': `${process.execPath} src/keys.ts` })
    const { status, stdout, stderr } = await inShell(commands, postgres, { DATABASE_URL: urlOf(database) })
    expect(status, stderr).to.equal(0)
    const [second = ''] = stdout.split('\n')
    expect((await client.get('/chats/', bearer(second))).status).to.equal(200)
    await until(async () => (await client.get('/chats/', first.headers)).status === 401)
  })

  const aServerOn = async (url: string, environment: Record<string, string> = {}) => {
    const path = join(aFolder(), 'database')
    writeFileSync(path, url)
    const messenger = await served(await openStorage(aConfig({ DATABASE_URL_FILE: path }), () => {}), environment)
    const server = { client: clientOf(messenger.url), stop: messenger.stop }
    return hold(server, ({ stop }) => stop().catch(() => {}))
  }
  const sessionsOf = async ({ database }: Address, role: string) =>
    postgres.query(`select pid from pg_stat_activity where datname = '${database}' and usename = '${role}'`)

  it('is not the password of a role: its connections go on, and new ones are refused', async () => {
    const database = await aSystemDatabase(postgres)
    const { client } = await aServerOn(urlOf(database))
    const chat = await aChatOn(client)
    await postgres.query(`alter role ${database.user} password 'second-password'`)
    // The odd request finds the connections of before in use, asks for a new one, and is a 503: the handbook says so.
    await until(async () => (await client.post(`${chat}/messages/`, { text: 'on one of before' })).status === 201)
    await postgres.query(`select pg_terminate_backend(pid) from pg_stat_activity where usename = '${database.user}'`)
    await until(async () => (await client.post(`${chat}/messages/`, { text: 'on a new one' })).status === 503)
    await postgres.query(`alter role ${database.user} password '${database.password}'`)
    await until(async () => (await client.get(chat)).status === 200)
  })

  it('is the role of the database: no request is lost, and nothing is left to the old one', async () => {
    const database = await aSystemDatabase(postgres)
    const [role, second] = [database.user, `${database.user}_2`]
    const folder = aFolder()
    writeFileSync(join(folder, 'database-2'), 'a "second\' pass-word\n')
    const asSuperuser = async (containing: string) => {
      const renamed = {
        messenger_2: second,
        'role messenger;': `role ${role};`,
        '= messenger;': `= ${role};`,
        '/etc/messenger': folder,
      }
      const closed = { 'role messenger ': `role ${role} `, "'messenger'": `'${role}'` }
      const sql = commandsOf(HEADING, containing, containing === 'create role' ? renamed : closed, 'sql')
      const file = join(folder, 'statements.sql')
      writeFileSync(file, sql)
      const psql = `psql --no-psqlrc --set=ON_ERROR_STOP=1 --output=/dev/null --quiet --file=${file}`
      expect(await inShell(psql, postgres, variablesOf(postgres))).to.deep.equal({ status: 0, stdout: '', stderr: '' })
    }

    const servers = [await aServerOn(urlOf(database)), await aServerOn(urlOf(database))]
    const chat = await aChatOn(servers[0]!.client)
    const load = hold({ goes: true, sent: 0, others: [] as number[] }, (load) => (load.goes = false))
    const sending = (async () => {
      for (let n = 0; load.goes; n++) {
        const { client } = servers[n % servers.length]!
        const { status } = await client.post(`${chat}/messages/`, { text: `number ${n}` })
        if (status === 201) load.sent += 1
        else load.others.push(status)
      }
    })()
    const more = async () => {
      const sent = load.sent
      await until(() => load.sent > sent + 10)
    }
    await more()
    await asSuperuser('create role')
    const url = urlOf({ ...database, user: second, password: encodeURIComponent('a "second\' pass-word') })
    for (const n of [0, 1]) {
      // A proxy sends nothing more to a server that is about to stop.
      const [former] = servers.splice(n, 1, await aServerOn(url))
      await more()
      await former?.stop()
    }
    expect(await sessionsOf(database, role)).to.deep.equal([])
    await asSuperuser('nologin')
    await more()
    load.goes = false
    await sending
    expect(load.others).to.deep.equal([])

    const refused = await aServerOn(urlOf(database)).catch((error: unknown) => (error as Error).message)
    expect(refused).to.match(/^DATABASE_URL: .*not permitted to log in/)
    // What migrates now makes and alters for the owner, so that this role, too, can go the next time.
    const client = new PostgresClient({ connectionString: url })
    await client.connect()
    await client.query('create table later (id bigint); alter table messages add column later text')
    await client.end()
    const [later] = await postgres.query(
      `select tableowner from pg_tables where tablename = 'later'`,
      database.database,
    )
    expect(later).to.deep.equal({ tableowner: role })
    for (const { stop } of servers) await stop()
    await until(async () => (await sessionsOf(database, second)).length === 0)
    await postgres.query(`drop role ${second}`)
  })
})
