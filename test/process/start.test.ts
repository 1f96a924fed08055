import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import pg from 'pg'
import type { ChatBody } from '../client.ts'
import { goal } from '../goal.ts'
import { aDatabase, anEmptyDatabase, urlOf } from '../postgres.ts'
import { releasing } from '../releasing.ts'
import { anOldNode } from './old-node.ts'
import { aDataFolder, cleanUp, onlyOnLinux, postgresOn, root, type ServerProcess, start } from './server-process.ts'
import { until } from '../until.ts'

const MIGRATIONS = readdirSync(join(root, 'migrations'))
  .map((file) => file.replace(/\.ts$/, ''))
  .sort()

const query = async (where: Awaited<ReturnType<typeof aDatabase>>, sql: string) => {
  const client = new pg.Client(where)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

const applied = ({ logs }: ServerProcess) => logs.flatMap(({ msg }) => /^applied (.*)$/.exec(msg)?.slice(1) ?? [])

const complaint = ({ logs }: ServerProcess) => logs.map(({ msg }) => msg).join('\n')

/** Asks a server just spawned for its first chat; how old the server is when it has answered. */
const firstChat = async (server: ServerProcess, title: string) => {
  const created = await (await server.listening()).post<ChatBody>('/chats/', { title })
  const age = server.age()
  expect(created.status).to.equal(201)
  expect(created.json.title).to.equal(title)
  return { age, chat: created.json }
}

const stop = async (server: ServerProcess) => {
  server.kill('SIGTERM')
  expect((await server.exit).code).to.equal(0)
}

onlyOnLinux('The service, when it starts', () => {
  const hold = releasing()
  afterEach(cleanUp)

  it('makes a database the first time, and keeps it: the next time it is there, with everything in it', async () => {
    const first = start()
    const { age, chat } = await firstChat(first, 'Kept over the night')
    expect(age, 'milliseconds of the first start').to.be.below(goal(5_000))
    await stop(first)
    expect(postgresOn(first.dataDir), 'its PostgreSQL stops with it').to.deep.equal([])

    const second = start({ DATA_DIR: first.dataDir })
    const kept = await (await second.listening()).get<ChatBody>(`/chats/${chat.id}`)
    expect(second.age(), 'milliseconds of the next start').to.be.below(goal(2_000))
    expect(kept.json).to.deep.equal({ ...chat, messages: [] })
    expect(applied(first)).to.deep.equal(MIGRATIONS)
    expect(applied(second)).to.deep.equal([])
    await stop(second)
  })

  it('serves from memory, without a database', async () => {
    const server = start({ STORAGE: 'memory' })
    const { age } = await firstChat(server, 'Gone tomorrow')
    expect(age, 'milliseconds of the start').to.be.below(goal(2_000))
    expect(postgresOn(server.dataDir)).to.deep.equal([])
    await stop(server)
  })

  it('migrates an empty database of ours, and serves from it', async () => {
    const where = await anEmptyDatabase()
    const server = start({ DATABASE_URL: urlOf(where) })
    const { chat } = await firstChat(server, 'Somewhere else')
    expect(applied(server)).to.deep.equal(MIGRATIONS)
    expect(await query(where, 'select id::int, title from chats')).to.deep.equal([{ id: chat.id, title: chat.title }])
    expect(postgresOn(server.dataDir), 'no embedded server').to.deep.equal([])
    await stop(server)
  })

  it('migrates once when two servers start at once on one empty database, and both serve', async () => {
    const where = await anEmptyDatabase()
    // Whatever migrates first finds its table about to be made, and waits; so both are at it when they are let go.
    const barrier = hold(new pg.Client(where), (client) => client.end())
    await barrier.connect()
    await barrier.query('begin; create table mikro_orm_migrations ()')
    const servers = [1, 2].map(() => start({ DATABASE_URL: urlOf(where) }))
    const waiting = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
    await until(async () => (await query(where, waiting)).length === 2)
    await barrier.query('rollback')
    const chats = await Promise.all(servers.map((server, index) => firstChat(server, `By server ${index}`)))
    expect(new Set(chats.map(({ chat }) => chat.id))).to.have.property('size', 2)
    expect(servers.flatMap(applied)).to.deep.equal(MIGRATIONS)
    expect(await query(where, 'select name from mikro_orm_migrations order by id')).to.deep.equal(
      MIGRATIONS.map((name) => ({ name })),
    )
    await Promise.all(servers.map(stop))
  })

  it('refuses a database that a newer version has migrated, and leaves it as it is', async () => {
    const where = await aDatabase()
    await query(where, `insert into mikro_orm_migrations (name) values ('Migration29990101000000_hoverboards')`)
    const server = start({ DATABASE_URL: urlOf(where) })
    expect((await server.exit).code).to.equal(1)
    expect(complaint(server))
      .to.match(/newer than this service/)
      .and.include('Migration29990101000000_hoverboards')
    expect(await query(where, 'select from mikro_orm_migrations')).to.have.length(MIGRATIONS.length + 1)
  })

  it('lists everything that is wrong in its configuration, repeats no value, and exits with 78', async () => {
    const server = start({
      PORT: '65536',
      STORAGE: 'floppy',
      DATABASE_URL: 'mysql://messenger:hunter2@db/messenger',
      LOG_LEVEL: 'loud',
      SHUTDOWN_TIMEOUT_MS: '-1',
    })
    const { code, stderr } = await server.exit
    expect(code).to.equal(78)
    expect(stderr.trim().split('\n').sort()).to.deep.equal([
      'DATABASE_URL must be a URL that begins with postgres:// or postgresql://, its parts percent-encoded',
      'LOG_LEVEL must be one of trace, debug, info, warn, error, fatal, silent',
      'PORT must be a whole number from 0 to 65535',
      'SHUTDOWN_TIMEOUT_MS must be a whole number from 0 to 600000',
      'STORAGE must be one of postgres, memory',
    ])
    expect(JSON.stringify(server.logs) + stderr).not.to.match(/hunter2|floppy|loud/)
    expect(server.logs).to.deep.equal([])
  })

  it('says that its data folder is in use by another server, exits with 1, and does that one no harm', async () => {
    const first = start()
    const client = await first.listening()
    const second = start({ DATA_DIR: first.dataDir })
    expect((await second.exit).code).to.equal(1)
    expect(complaint(second))
      .to.include(first.dataDir)
      .and.match(/in use by another running server/)
    expect((await client.post('/chats/', { title: 'Still here' })).status).to.equal(201)
    await stop(first)
  })

  describe('on an older Node', () => {
    const oldNode = anOldNode()

    for (const [what, ...args] of [
      ['the service', 'src/start.mjs'],
      ['the tests', 'node_modules/mocha/bin/mocha.js'],
    ] as const)
      it(`${what} say which Node they need and how to get it, and exit with 1`, function () {
        if (oldNode === undefined) {
          console.log('      no Node older than 22.18 on this machine: nothing to refuse')
          return this.skip()
        }
        const { status, stdout, stderr } = spawnSync(oldNode.path, args, {
          cwd: root,
          encoding: 'utf8',
          timeout: 50_000,
        })
        expect(status).to.equal(1)
        expect(stderr).to.include('22.18').and.include(oldNode.version).and.include('npm ci')
        expect(stderr.trim().split('\n'), 'one line, no stack').to.have.length(1)
        expect(stdout).to.equal('')
      })

    it('npm installs without a word about it: the Node that the scripts need comes with the packages', function () {
      const npm = join(dirname(oldNode?.path ?? ''), 'npm')
      if (oldNode === undefined || !existsSync(npm)) {
        console.log('      no npm beside a Node older than 22.18 on this machine')
        return this.skip()
      }
      const { status, stderr } = spawnSync(
        npm,
        ['ci', '--dry-run', '--offline', '--ignore-scripts', '--no-audit', '--no-update-notifier'],
        {
          cwd: root,
          encoding: 'utf8',
          timeout: 50_000,
          env: { PATH: `${dirname(oldNode.path)}:/usr/bin:/bin`, HOME: aDataFolder() },
        },
      )
      expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' })
    })
  })
})
