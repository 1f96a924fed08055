import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { MIGRATIONS } from '../../../src/infrastructure/postgres/migrations/migration-names.ts'
import * as E from 'fp-ts/lib/Either.js'
import { Client } from 'pg'
import { postgresChats } from '../../../src/infrastructure/postgres/chats.ts'
import { openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { postgresHealth } from '../../../src/infrastructure/postgres/health.ts'
import type { Storage } from '../../../src/composition/storage.ts'
import { openStorage } from '../../../src/storage.ts'
import { removeChat, send } from '../../changes.ts'
import { aChatOn, clientOf } from '../../client.ts'
import { aNewChat, later, NOON, right, upTo } from '../../fixtures.ts'
import { aPooler, pgbouncer, type Pooler } from '../../pgbouncer.ts'
import { adminOf, aDatabase, anEmptyDatabase, urlOf } from '../../postgres.ts'
import { aConfig, served } from '../../served.ts'
import { follow } from '../../stream.ts'

const LENIENT = { ignore_startup_parameters: 'extra_float_digits,options,statement_timeout,lock_timeout' }

describe('Through PgBouncer in transaction mode', function () {
  let where: Awaited<ReturnType<typeof aDatabase>>
  const poolers: Pooler[] = []
  const storages: Storage[] = []

  before(async function () {
    this.timeout(180_000)
    if ((await pgbouncer()) === undefined) this.skip()
  })
  afterEach(async () => {
    await Promise.all(storages.splice(0).map((storage) => storage.close()))
    await Promise.all(poolers.splice(0).map((pooler) => pooler.stop()))
  })

  const aPoolerOf = async (database = where, settings = {}) => {
    const pooler = await aPooler(database, settings)
    poolers.push(pooler)
    return pooler
  }

  /** What a server says while it starts, and how that ends. */
  const started = async (environment: Record<string, string>) => {
    const lines: string[] = []
    const storage = await openStorage(aConfig(environment), (line) => lines.push(line)).catch(String)
    if (typeof storage !== 'string') storages.push(storage)
    return { lines, storage }
  }

  /** The storage of a server that has to start. */
  const opened = async (environment: Record<string, string>) => {
    const { storage } = await started(environment)
    if (typeof storage === 'string') throw new Error(storage)
    return storage
  }

  describe('the service', () => {
    beforeEach(async () => {
      where = await aDatabase()
    })

    const pooled = (pooler: Pooler) => ({ DATABASE_URL: urlOf(pooler), DATABASE_POOLER: 'transaction' })
    const direct = () => ({ DATABASE_DIRECT_URL: urlOf(where) })

    for (const [what, settings] of [
      ['as it comes', {}],
      ['that forgets what it is asked for', LENIENT],
    ] as const)
      it(`says what to set, when it was not told of a pooler ${what}`, async () => {
        const { storage } = await started({ DATABASE_URL: urlOf(await aPoolerOf(where, settings)) })
        expect(storage).to.match(/leads to a pooler.*DATABASE_POOLER=transaction.*DATABASE_DIRECT_URL/)
      })

    it('says so when what should lead past the pooler leads to it', async () => {
      const pooler = await aPoolerOf(where, LENIENT)
      const { storage } = await started({
        ...pooled(pooler),
        DATABASE_DIRECT_URL: `${urlOf(pooler)}&fallback_application_name=direct`,
      })
      expect(storage).to.match(/DATABASE_DIRECT_URL leads to a pooler/)
    })

    it('says so when the isolation of transactions is not what it should be', async () => {
      await adminOf(where, `alter database ${where.database} set default_transaction_isolation = 'serializable'`)
      const { storage } = await started({ ...pooled(await aPoolerOf()), ...direct() })
      expect(storage).to.match(/are serializable.*alter database/)
    })

    it('migrates past the pooler, server after server, and refuses to migrate through it', async () => {
      where = await anEmptyDatabase()
      const pooler = await aPoolerOf()
      expect((await started(pooled(pooler))).storage).to.match(/has to be migrated.*set DATABASE_DIRECT_URL/)
      for (const applied of [MIGRATIONS.length, 0]) {
        const { lines } = await started({ ...pooled(pooler), ...direct() })
        expect(lines.filter((line) => line.startsWith('applied'))).to.have.length(applied)
        expect(lines.join()).to.not.include('polling')
      }
      expect((await started(pooled(pooler))).lines.join()).to.match(/^followers .* by polling/)
    })

    for (const isDirect of [true, false])
      it(`is followed on another server ${isDirect ? 'at once' : 'within a second or two, without a way past it'}`, async () => {
        const environment = { ...pooled(await aPoolerOf()), ...(isDirect ? direct() : {}) }
        const servers = await Promise.all(
          [1, 2].map(async () => served({ ...(await opened(environment)), close: async () => {} })),
        )
        const [here, there] = [clientOf(servers[0]!.url), clientOf(servers[1]!.url)]
        const chat = await aChatOn(here)
        const stream = await follow(servers[1]!.url, `${chat}/events?after=0`)
        await sleep(200)
        const since = performance.now()
        await here.post(`${chat}/messages/`, { text: 'Привет' })
        await stream.received(1)
        expect(performance.now() - since).to.be.below(isDirect ? 700 : 2500)
        expect((await there.get('/readyz')).status).to.equal(200)
        stream.cut()
        await Promise.all(servers.map((server) => server.stop()))
      })

    it('reads and writes the same, whatever the database says of dates, arrays and schemas', async () => {
      for (const setting of [
        "datestyle = 'German'",
        "timezone = 'Asia/Kathmandu'",
        'array_nulls = off',
        'search_path = pg_catalog',
      ])
        await adminOf(where, `alter database ${where.database} set ${setting}`)
      const { chats, health } = await opened({ ...pooled(await aPoolerOf()), ...direct() })
      const { id } = right(await chats.add(aNewChat())()).done
      const { message } = right(await send(chats, id, 'null', later(1)))
      expect(right(await chats.findMessage(id, message.id)())).to.deep.equal(message)
      const [listed] = right(await chats.list({ limit: 1 })()).entries
      expect(listed).to.include({ id }).and.deep.include({ createdAt: NOON })
      right(await removeChat(chats, id))
      expect(await health.migrations()).to.equal(true)
    })

    it('gives up on a lock and on a statement in time, and leaves the sessions of the server as they were', async () => {
      const pooler = await aPoolerOf()
      const database = openDatabase(pooler, { pooler: 'transaction' })
      const chats = postgresChats(database)
      const ids = await Promise.all(upTo(20).map(async () => right(await chats.add(aNewChat())()).done.id))
      const holder = new Client(where)
      await holder.connect()
      await holder.query('begin; select from chats where id = $1 for update'.replace('$1', String(ids[0])))
      const since = performance.now()
      const held = send(chats, ids[0]!)
      const answers = await Promise.all(ids.slice(1).map((id) => send(chats, id)))
      expect(answers.every(E.isRight)).to.equal(true)
      expect(performance.now() - since).to.be.below(1000)
      await holder.query('commit')
      right(await held)
      right(await removeChat(chats, ids[0]!))
      const direct = await database.pool.query<{ timeout: string; style: string }>(
        `select current_setting('lock_timeout') as timeout, current_setting('datestyle') as style`,
      )
      expect(direct.rows).to.deep.equal([{ timeout: '0', style: 'ISO, MDY' }])
      expect(await postgresHealth(database).migrations()).to.equal(true)
      await holder.end()
      await database.close()
    })
  })
})
