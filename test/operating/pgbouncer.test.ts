import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { openStorage } from '../../src/storage.ts'
import { aChatOn, clientOf } from '../client.ts'
import { upTo } from '../fixtures.ts'
import { aFreePort } from '../free-port.ts'
import { pgbouncer, startPgbouncer } from '../pgbouncer.ts'
import { releasing } from '../releasing.ts'
import { aConfig, served } from '../served.ts'
import { follow } from '../stream.ts'
import { recipesOf } from './recipes.ts'
import { commandsOf, inShell } from './shell.ts'
import { type Address, aSystemDatabase, type SystemPostgres, systemPostgres, variablesOf } from './system-postgres.ts'

const HEADING = 'Behind PgBouncer'

describe('PgBouncer as in the handbook', function () {
  this.timeout(120_000)
  const hold = releasing((release) => after(release))
  let postgres: SystemPostgres
  let database: Address
  let port: number
  let variables: Record<string, string>

  before(async function () {
    const found = await systemPostgres()
    if (!found || !(await pgbouncer())) return this.skip()
    postgres = found
    database = await aSystemDatabase(postgres)
    port = await aFreePort()
    const folder = hold(mkdtempSync(join(tmpdir(), 'messenger-test-pgbouncer-')), (path) =>
      rmSync(path, { recursive: true }),
    )
    chmodSync(folder, 0o755)
    const users = join(folder, 'userlist.txt')
    const role = { "'messenger'": `'${database.user}'`, '/etc/pgbouncer/': `${folder}/` }
    const made = await inShell(commandsOf(HEADING, 'pg_authid', role), postgres, variablesOf(postgres))
    expect(made).to.deep.equal({ status: 0, stdout: '', stderr: '' })
    expect(readFileSync(users, 'utf8')).to.match(new RegExp(`^"${database.user}" "SCRAM-SHA-256\\$`))
    expect(readFileSync(users, 'utf8')).to.not.include(database.password)

    const file = join(folder, 'pgbouncer.ini')
    const [ini] = recipesOf(HEADING).filter(({ language }) => language === 'ini')
    const here = (text: string) =>
      text
        .replaceAll('localhost', '127.0.0.1')
        .replaceAll('5432', String(database.port))
        .replaceAll('6432', String(port))
        .replaceAll('/etc/pgbouncer/userlist.txt', users)
        .replaceAll('dbname=messenger', `dbname=${database.database}`)
        .replaceAll('messenger:secret', `${database.user}:${database.password}`)
        .replaceAll(`:${database.port}/messenger`, `:${database.port}/${database.database}`)
    // Whoever packages it says where sockets are; here they are nobody's.
    writeFileSync(file, `${here(ini?.text ?? '')}unix_socket_dir =\n`)
    hold(await startPgbouncer(file, { ...database, port, database: 'messenger' }), (stop) => stop())
    const { stdout } = await inShell(`${here(commandsOf(HEADING, 'DATABASE_POOLER'))}\nenv`, postgres)
    const lines = Array.from(stdout.matchAll(/^(DATABASE_\w+)=(.*)$/gm), ([, name = '', value = '']) => [name, value])
    variables = Object.fromEntries(lines) as Record<string, string>
  })

  const aServer = async (onLine: (line: string) => void = () => {}) =>
    clientOf(hold(await served(await openStorage(aConfig(variables), onLine)), ({ stop }) => stop()).url)

  it('serves two servers with fewer sessions than they have connections, and tells one at once what the other did', async () => {
    expect(Object.keys(variables)).to.have.members(['DATABASE_URL', 'DATABASE_DIRECT_URL', 'DATABASE_POOLER'])
    const lines: string[] = []
    const [one, two] = [await aServer((line) => lines.push(line)), await aServer()]
    // Migrated, past the pooler, and nothing is missed for want of a way past it.
    expect(lines.filter((line) => line.startsWith('applied'))).to.have.length.above(3)
    expect(lines.join()).to.not.include('polling')
    const chats = await Promise.all(upTo(40).map((n) => aChatOn(n % 2 ? one : two)))
    const stream = hold(await follow(two.url, `${chats[0]}/events?after=0`), ({ cut }) => cut())
    const sent = await Promise.all(
      chats.flatMap((chat) => upTo(10).map(() => one.post(`${chat}/messages/`, { text: 'x' }))),
    )
    expect(sent.filter(({ status }) => status !== 201)).to.deep.equal([])
    await stream.received(10)
    const sessions = await postgres.query(
      `select application_name as name, count(*)::int, bool_or(query ~ '^listen') as listens from pg_stat_activity
       where datname = '${database.database}' group by 1, query ~ '^listen'`,
    )
    const count = (listens: boolean) =>
      sessions
        .filter((session) => session['listens'] === listens)
        .reduce((sum, session) => sum + (session['count'] as number), 0)
    expect(count(true), 'that listen').to.equal(2)
    expect(count(false), 'of the pooler').to.be.within(1, 20)
  })

  it('lets in nobody with another password', async () => {
    const wrong = {
      ...variables,
      DATABASE_URL: (variables['DATABASE_URL'] ?? '').replace(database.password, 'another'),
    }
    const refused = await openStorage(aConfig(wrong), () => {}).catch((error: unknown) => (error as Error).message)
    expect(refused).to.match(/^DATABASE_URL: .*(password|SASL|auth)/)
  })
})
