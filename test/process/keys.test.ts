import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { expect } from 'chai'
import { aDatabase, adminOf, urlOf } from '../postgres.ts'
import { aDataFolder, cleanUp, onlyOnLinux, postgresOn, root, start } from './server-process.ts'

interface Shown {
  readonly id: number
  readonly name: string
  readonly prefix: string
  readonly scopes: readonly string[]
  readonly chat_ids: readonly number[] | null
  readonly expires_at: string | null
}

const SECRET = /^msgr_[A-Za-z0-9_-]{43}\n$/

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const commands = readme.split('\n').filter((line) => line.startsWith('npm run -s keys -- '))

const ended = async (command: string, args: readonly string[], variables: Record<string, string>) => {
  const env = { PATH: process.env['PATH'], HOME: aDataFolder(), npm_config_update_notifier: 'false', ...variables }
  const child = spawn(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] })
  const exit = once(child, 'exit') as Promise<[number | null]>
  const [stdout, stderr, [status]] = await Promise.all([text(child.stdout), text(child.stderr), exit])
  return { status, stdout, stderr }
}

const shell = (command: string, variables: Record<string, string>) => ended('bash', ['-c', command], variables)
const keys = (variables: Record<string, string>, ...args: readonly string[]) =>
  ended(process.execPath, ['src/keys.ts', ...args], variables)
const shownIn = (stdout: string) =>
  stdout
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Shown)

onlyOnLinux('Keys at a terminal', function () {
  this.timeout(120_000)
  afterEach(cleanUp)

  it('are made, listed and revoked by the commands of the README', async () => {
    const variables = { DATABASE_URL: urlOf(await aDatabase()) }
    expect(commands).to.have.length(4)
    const [backend, archive, list, revoke] = [
      await shell(commands[0] ?? '', variables),
      await shell(commands[1] ?? '', variables),
      await shell(commands[2] ?? '', variables),
      await shell(commands[3] ?? '', variables),
    ]
    for (const made of [backend, archive]) {
      expect(made.status, made.stderr).to.equal(0)
      expect(made.stdout).to.match(SECRET)
      expect(made.stderr).to.not.include(made.stdout.trim())
    }
    const shown = shownIn(list.stdout)
    expect(shown).to.have.length(2)
    expect(shown[0]).to.deep.include({
      id: 2,
      name: 'archive',
      scopes: ['read'],
      chat_ids: [6, 7],
      expires_at: '2099-01-01T00:00:00.000Z',
      prefix: archive.stdout.slice(0, 12),
    })
    expect(shown[1]).to.deep.include({ id: 1, name: 'backend', chat_ids: null, expires_at: null })
    expect(list.stdout).to.not.include(backend.stdout.trim())
    expect([revoke.status, revoke.stdout]).to.deep.equal([0, ''])
    expect(shownIn((await keys(variables, 'list')).stdout).map(({ id }) => id)).to.deep.equal([1])
  })

  it('are all listed, however many there are', async () => {
    const where = await aDatabase()
    const variables = { DATABASE_URL: urlOf(where) }
    await keys(variables, 'create', '--name', 'first', '--scope', 'read')
    const copies = `insert into api_keys (digest, name, prefix, scopes, created_at)
      select lpad(n::text, 43, 'x'), name, prefix, scopes, created_at from api_keys, generate_series(1, 250) n`
    await adminOf(where, copies)
    const ids = shownIn((await keys(variables, 'list')).stdout).map(({ id }) => id)
    expect(ids).to.deep.equal(Array.from({ length: 251 }, (_, n) => 251 - n))
  })

  it('are made beside a service that runs on its embedded database, which goes on', async () => {
    const server = start()
    const client = await server.listening()
    const variables = { DATA_DIR: server.dataDir }
    const made = await keys(variables, 'create', '--name', 'beside', '--scope', 'read,keys')
    expect([made.status, SECRET.test(made.stdout)], made.stderr).to.deep.equal([0, true])
    const listed = (await client.get<Shown[]>('/keys/')).json
    expect(listed.map(({ name, scopes }) => [name, scopes])).to.deep.equal([['beside', ['read', 'keys']]])
    server.kill('SIGTERM')
    expect((await server.exit).code).to.equal(0)
    expect(postgresOn(server.dataDir)).to.deep.equal([])
    // And without the service: the database is started for the command, and stopped.
    expect(shownIn((await keys(variables, 'list')).stdout).map(({ name }) => name)).to.deep.equal(['beside'])
    expect(postgresOn(server.dataDir)).to.deep.equal([])
  })

  it('are refused with every sentence about what is wrong, and a status that says whose fault it is', async () => {
    const DATABASE_URL = urlOf(await aDatabase())
    const create = ['create', '--name', 'x', '--scope', 'read']
    const cases: readonly (readonly [string[], Record<string, string>, number, RegExp])[] = [
      [[], { DATABASE_URL }, 64, /^usage: .*\n {2}create .*\n {2}list\n {2}revoke <id>\n$/],
      [['list', 'more'], { DATABASE_URL }, 64, /^usage: /],
      [['list', '--name', 'x'], { DATABASE_URL }, 64, /^usage: /],
      [['create', '--nam', 'x'], { DATABASE_URL }, 64, /'--nam'.*\nusage: /],
      [['revoke', 'x'], { DATABASE_URL }, 64, /^revoke takes the id of a key, as list shows it\n$/],
      [['create'], { DATABASE_URL }, 64, /^--name must be .*\n--scope must be .*\n$/],
      [[...create, '--scope', 'read'], { DATABASE_URL }, 64, /^--scope must be some of .*, each once\n$/],
      [[...create, '--chat', '1,x'], { DATABASE_URL }, 64, /^--chat must be 1 to 100 ids of chats, each once\n$/],
      [[...create, '--expires', 'soon'], { DATABASE_URL }, 64, /^--expires must be a time as RFC 3339/],
      [[...create, '--expires', '2020-01-01T00:00:00Z'], { DATABASE_URL }, 1, /^--expires must be in the future/],
      [['revoke', '7'], { DATABASE_URL }, 1, /^key 7 was not found\n$/],
      [['list'], { DATABASE_URL: 'postgres://u:hunter2@127.0.0.1:1/x' }, 1, /^could not open the database: .*\n$/],
      [['list'], { STORAGE: 'memory' }, 78, /^STORAGE=memory keeps no keys: make them over HTTP\n$/],
      [['list'], { PORT: 'x' }, 78, /^PORT must be/],
    ]
    for (const [args, variables, status, sentences] of cases) {
      const { stdout, stderr, ...how } = await keys(variables, ...args)
      expect([how.status, stdout], `${args.join(' ')}: ${stderr}`).to.deep.equal([status, ''])
      expect(stderr)
        .to.match(sentences)
        .and.not.match(/hunter2|\bat .*:\d+:\d+/)
    }
    expect((await keys({ DATABASE_URL }, 'list')).stdout).to.equal('')
  })
})
