import { once } from 'node:events'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { expect } from 'chai'
import type { PoolClient } from 'pg'
import { memoryHealth } from '../../src/infrastructure/memory/health.ts'
import { type Database, openDatabase } from '../../src/infrastructure/postgres/database/database.ts'
import { postgresHealth } from '../../src/infrastructure/postgres/health.ts'
import { migrate } from '../../src/infrastructure/postgres/migrations/migrate.ts'
import type { Connection } from '../../src/infrastructure/postgres/sessions/location.ts'
import { adminOf, aDatabase, anEmptyDatabase } from '../postgres.ts'
import { until } from '../until.ts'
import { healthContract, SILENCE } from './health.contract.ts'

const WELL = { database: true, migrations: true }
const OUT_OF_ORDER = { database: false, migrations: false }

describe('Health in memory', () => healthContract([{ state: 'always', open: async () => memoryHealth, ...WELL }]))

describe('Health of PostgreSQL', () => {
  const databases: Database[] = []
  const held: PoolClient[] = []
  const sockets = new Set<Socket>()
  let silent: Server | undefined

  afterEach(async () => {
    for (const client of held.splice(0)) client.release()
    for (const socket of sockets) socket.destroy()
    silent?.close()
    silent = undefined
    await Promise.all(databases.splice(0).map((database) => database.close()))
  })

  const opened = (where: Connection) => {
    const database = openDatabase(where, { size: 2, acquireTimeout: SILENCE })
    databases.push(database)
    return database
  }

  const without = async (change: string) => {
    const where = await aDatabase()
    await adminOf(
      where,
      `do $$ begin create role messenger_test_reader login; exception when duplicate_object then null; end $$;
       grant select, insert, update, delete on all tables in schema public to messenger_test_reader;
       grant usage on all sequences in schema public to messenger_test_reader; ${change}`,
    )
    return where
  }

  /** Takes connections, and says nothing. */
  const aSilentServer = async (): Promise<Connection> => {
    silent = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    return { host: '127.0.0.1', port, user: 'nobody', database: 'messenger_test' }
  }

  healthContract([
    { state: 'when all is well', open: async () => postgresHealth(opened(await aDatabase())), ...WELL },
    {
      state: 'without its migrations',
      open: async () => postgresHealth(opened(await anEmptyDatabase())),
      database: true,
      migrations: false,
    },
    {
      state: 'when its tables are gone',
      open: async () => postgresHealth(opened(await without('drop table messages'))),
      database: true,
      migrations: false,
    },
    {
      state: 'when a column is gone',
      open: async () => postgresHealth(opened(await without('alter table chat_keys drop column fingerprint'))),
      database: true,
      migrations: false,
    },
    {
      state: 'when its keys are gone',
      open: async () => postgresHealth(opened(await without('drop table api_keys'))),
      database: true,
      migrations: false,
    },
    {
      state: 'when the schema is gone',
      open: async () => postgresHealth(opened(await without('drop schema public cascade'))),
      database: true,
      migrations: false,
    },
    {
      state: 'when it may not write',
      open: async () => {
        const where = await without('revoke insert on messages from messenger_test_reader')
        return postgresHealth(opened({ ...where, user: 'messenger_test_reader' }))
      },
      database: true,
      migrations: false,
    },
    {
      state: 'when the database only reads',
      open: async () => {
        const where = await aDatabase()
        await adminOf(where, `alter database ${where.database} set default_transaction_read_only = on`)
        return postgresHealth(opened(where))
      },
      ...OUT_OF_ORDER,
    },
    {
      state: 'where no database is',
      open: async () => postgresHealth(opened({ host: '/nowhere', port: 1, user: 'nobody', database: 'none' })),
      ...OUT_OF_ORDER,
    },
    {
      state: 'where the database does not answer',
      open: async () => postgresHealth(opened(await aSilentServer())),
      ...OUT_OF_ORDER,
    },
    {
      state: 'while every connection is taken',
      open: async () => {
        const database = opened(await aDatabase())
        held.push(await database.pool.connect(), await database.pool.connect())
        return postgresHealth(database)
      },
      ...OUT_OF_ORDER,
    },
    {
      state: 'after its connections were closed',
      open: async () => {
        const database = openDatabase(await aDatabase())
        await database.close()
        return postgresHealth(database)
      },
      ...OUT_OF_ORDER,
    },
  ])

  it('sees that the database takes no changes any more, and does again', async () => {
    const where = await aDatabase()
    const health = postgresHealth(opened(where))
    expect(await health.migrations()).to.equal(true)
    for (const [state, is] of [
      ['on', false],
      ['off', true],
    ] as const) {
      await adminOf(where, `alter database ${where.database} set default_transaction_read_only = ${state}`)
      await adminOf(
        where,
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid()`,
      )
      await until(async () => (await health.database()) === is)
      expect(await health.migrations()).to.equal(is)
    }
  })

  it('sees that the tables have gone', async () => {
    const where = await aDatabase()
    const health = postgresHealth(opened(where))
    expect(await health.migrations()).to.equal(true)
    await adminOf(where, 'drop schema public cascade')
    expect(await health.migrations()).to.equal(false)
  })

  it('sees that the migrations have come', async () => {
    const database = opened(await anEmptyDatabase())
    const health = postgresHealth(database)
    expect(await health.migrations()).to.equal(false)
    await migrate(database)
    expect(await health.migrations()).to.equal(true)
  })

  it('recovers with the database', async () => {
    const database = opened(await aDatabase())
    const health = postgresHealth(database)
    held.push(await database.pool.connect(), await database.pool.connect())
    expect(await health.database()).to.equal(false)
    for (const client of held.splice(0)) client.release()
    expect(await health.database()).to.equal(true)
  })

  it('does not wait for ever for a database that says nothing', async () => {
    const pool = { query: () => new Promise(() => {}) } as unknown as Database['pool']
    const health = postgresHealth({ ...opened(await aDatabase()), pool })
    expect(await Promise.all([health.database(), health.migrations()])).to.deep.equal([false, false])
  })

  it('leaves no timer behind when the answer comes first', async () => {
    const health = postgresHealth(opened(await aDatabase()))
    await health.database()
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    for (let n = 0; n < 5; n++) await health.database()
    expect(timers()).to.be.at.most(before)
  })
})
