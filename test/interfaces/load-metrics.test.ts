import { expect } from 'chai'
import { Client as PgClient } from 'pg'
import { aChatOn, type Client, clientOf } from '../client.ts'
import { figuresOn } from '../figures.ts'
import { upTo } from '../fixtures.ts'
import { adminOf, aDatabase, urlOf } from '../postgres.ts'
import { releasing } from '../releasing.ts'
import { aConfig, memoryStorage, served } from '../served.ts'
import { openStorage } from '../../src/storage.ts'
import { until } from '../until.ts'

describe('The metrics of the database', function () {
  this.timeout(30_000)
  const hold = releasing()
  let where: Awaited<ReturnType<typeof aDatabase>>
  let client: Client

  const figure = async (name: string) => (await figuresOn(client)).get(name)

  const serving = async (size: number) => {
    where = await aDatabase()
    const config = aConfig({ DATABASE_URL: urlOf(where), DATABASE_POOL_SIZE: String(size) })
    const messenger = hold(await served(await openStorage(config, () => {})), ({ stop }) => stop())
    client = clientOf(messenger.url)
  }

  const aSession = async () => {
    const session = new PgClient(where)
    hold(await session.connect().then(() => session), (it) => it.end())
    return session
  }

  it('tell how many were done together', async () => {
    await serving(4)
    const chats = await Promise.all(upTo(6).map(() => aChatOn(client)))
    const path = `${chats[0]}/messages/`
    await Promise.all(upTo(40).map(() => client.post<unknown>(path, { text: 'x' })))
    await Promise.all(upTo(20).map((n) => client.get<unknown>(`${path}${n}`)))
    await Promise.all(upTo(10).map(() => client.get<unknown>(path)))
    const found = await figuresOn(client)
    const sizes = (of: string) => ['sum', 'count'].map((what) => found.get(`database_group_size_${what}{of="${of}"}`))
    const [sent = 0, groups = 0] = sizes('changes')
    expect(sent).to.equal(40)
    expect(groups).to.be.within(1, 39)
    expect(sizes('chats')[0]).to.equal(6)
    expect(sizes('reads')[0]).to.equal(30)
    expect(found.get('database_group_size_bucket{le="128",of="changes"}')).to.equal(groups)
  })

  it('tell what waits: changes without an answer, connections in use, and who waits for one', async () => {
    await serving(2)
    const chat = await aChatOn(client)
    const idle = await figuresOn(client)
    expect(idle.get('database_connections_limit')).to.equal(2)
    expect(idle.get('database_connections_idle')).to.be.within(1, 2)
    expect([idle.get('database_changes_pending'), idle.get('database_connection_waiters')]).to.deep.equal([0, 0])

    const session = await aSession()
    await session.query('begin')
    await session.query('lock table chats in access exclusive mode')
    const sends = upTo(5).map(() => client.post<unknown>(`${chat}/messages/`, { text: 'x' }))
    const reads = upTo(3).map(() => client.get<unknown>('/chats/'))
    await until(async () => {
      const found = await figuresOn(client)
      return (
        (found.get('database_changes_pending') ?? 0) >= 1 &&
        found.get('database_connections_used') === 2 &&
        (found.get('database_connection_waiters') ?? 0) >= 1
      )
    })
    await session.query('rollback')
    for (const { status } of await Promise.all([...sends, ...reads])) expect(status).to.be.oneOf([200, 201, 503])
    await until(async () => (await figure('database_changes_pending')) === 0)
    await until(async () => (await figure('database_connection_waiters')) === 0)
  })

  it('count a change whose chat somebody else holds until it is answered', async () => {
    await serving(4)
    const chat = await aChatOn(client)
    await client.post(`${chat}/messages/`, { text: 'x' })
    const session = await aSession()
    await session.query('begin')
    await session.query('select from chats for update')
    const sending = client.post<unknown>(`${chat}/messages/`, { text: 'x' })
    await until(async () => (await figure('database_failures_total{sqlstate_class="55"}')) !== undefined)
    expect(await figure('database_changes_pending')).to.equal(1)
    await session.query('rollback')
    expect((await sending).status).to.equal(201)
    expect(await figure('database_changes_pending')).to.equal(0)
  })

  it('count failures by the class of their SQLSTATE, and those without one', async () => {
    await serving(2)
    expect(await figure('database_failures_total{sqlstate_class="none"}')).to.equal(0)
    await adminOf(where, 'alter table chats rename to chats_away')
    expect((await client.get<unknown>('/chats/')).status).to.equal(503)
    expect(await figure('database_failures_total{sqlstate_class="42"}')).to.be.greaterThan(0)

    const outside = { ...where, database: 'postgres' }
    await adminOf(outside, `alter database ${where.database} allow_connections false`)
    await adminOf(outside, `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${where.database}'`)
    await until(async () => {
      expect((await client.get<unknown>('/readyz')).status).to.equal(503)
      return ((await figure('database_failures_total{sqlstate_class="55"}')) ?? 0) > 0
    })
  })

  it('are not there where no database is', async () => {
    const messenger = hold(await served(memoryStorage()), ({ stop }) => stop())
    const names = [...(await figuresOn(clientOf(messenger.url))).keys()]
    expect(names.filter((name) => name.startsWith('database_'))).to.deep.equal([])
  })
})
