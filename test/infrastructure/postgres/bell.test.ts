import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { Client, type Pool } from 'pg'
import type { ChatId } from '../../../src/domain/identity.ts'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { bellOn, type OwnBell } from '../../bells.ts'
import { aChatId, upTo } from '../../fixtures.ts'
import { goal } from '../../goal.ts'
import { aDatabase } from '../../postgres.ts'
import { until } from '../../until.ts'

describe('Bells of servers on one database', () => {
  let where: Awaited<ReturnType<typeof aDatabase>>
  let admin: Client
  const databases: Database[] = []
  const bells: OwnBell[] = []

  before(async () => {
    where = await aDatabase()
    admin = new Client(where)
    await admin.connect()
  })
  afterEach(async () => {
    await Promise.all(bells.splice(0).map((bell) => bell.close()))
    await Promise.all(databases.splice(0).map((database) => database.close()))
  })
  after(() => admin.end())

  const aServer = () => {
    const database = openDatabase(where)
    databases.push(database)
    return database
  }

  /** A bell, once it listens, and what is heard of it from then on. */
  const aBell = async (server: Pick<Database, 'pool' | 'session'> = aServer()) => {
    const bell = bellOn(server)
    bells.push(bell)
    const heard: (ChatId | undefined)[] = []
    bell.listen((id) => heard.push(id))
    await until(() => heard.length > 0)
    expect(heard.splice(0), 'whatever happened before anybody listened').to.deep.equal([undefined])
    return { bell, heard }
  }

  const LISTENERS = `from pg_stat_activity where query like 'listen %' and datname = current_database()`
  const listeners = async () => (await admin.query(`select pid ${LISTENERS}`)).rowCount
  const killListeners = () => admin.query(`select pg_terminate_backend(pid) ${LISTENERS}`)
  const notify = (payload: string) => admin.query(`select pg_notify('messenger_changes', $1)`, [payload])

  it('listen again after their connection was killed, and say that any chat may have rung meanwhile', async () => {
    const [here, there] = [await aBell(), await aBell()]
    for (let time = 1; time <= 2; time++) {
      await killListeners()
      await until(() => there.heard.includes(undefined) && here.heard.includes(undefined))
      here.heard.length = there.heard.length = 0
      here.bell.ring(aChatId(time))
      await until(() => there.heard.includes(aChatId(time)))
    }
    expect(await listeners()).to.equal(2)
  })

  it('say that any chat may have rung when the ids do not fit into one notification', async () => {
    const [here, there] = [await aBell(), await aBell()]
    for (const n of upTo(3000)) here.bell.ring(aChatId(n))
    await until(() => there.heard.length > 0)
    expect(there.heard).to.deep.equal([undefined])
  })

  it('make one notification of what rings together, without doubles', async () => {
    const [here, there] = [await aBell(), await aBell()]
    const notifications: (string | undefined)[] = []
    await admin.query('listen messenger_changes')
    admin.on('notification', ({ payload }) => notifications.push(payload))
    for (const n of [1, 2, 1, 3, 1]) here.bell.ring(aChatId(n))
    await until(() => there.heard.length === 3 && notifications.length > 0)
    expect(notifications).to.deep.equal(['1,2,3'])
    await admin.query('unlisten *')
    admin.removeAllListeners('notification')
  })

  it('make nothing of notifications that they did not write', async () => {
    const { heard } = await aBell()
    for (const payload of ['x', '-1', '1.5,0', '9007199254740992', 'x,5']) await notify(payload)
    await until(() => heard.includes(aChatId(5)))
    expect(heard).to.deep.equal([5])
  })

  it('go on after a notification was lost, here at once and there with the next', async () => {
    const there = await aBell()
    const { pool, session } = aServer()
    let lost = 0
    const query = (...values: unknown[]) => {
      if (lost > 0) return (pool.query as (...values: unknown[]) => unknown)(...values)
      lost += 1
      return Promise.reject(new Error('connection lost'))
    }
    const here = await aBell({ pool: { query } as unknown as Pool, session })
    here.bell.ring(aChatId(1))
    expect(here.heard).to.deep.equal([1])
    await until(() => lost === 1)
    here.bell.ring(aChatId(2))
    await until(() => there.heard.includes(aChatId(2)))
    expect(there.heard).to.deep.equal([2])
  })

  const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length

  it('leave no connection and no timer when they are closed, rings that wait and later ones included', async () => {
    const [here, there] = [await aBell(), await aBell()]
    const before = timers()
    here.bell.ring(aChatId(1))
    await here.bell.close()
    here.bell.ring(aChatId(2))
    expect(timers()).to.be.at.most(before)
    await until(async () => (await listeners()) === 1)
    await sleep(100)
    expect(there.heard).to.deep.equal([])
  })

  it('close while they wait to reconnect, at once', async () => {
    const unreachable = openDatabase({ host: '/nowhere', port: 1, user: 'nobody', database: 'messenger_test' })
    const bell = bellOn(unreachable)
    await sleep(400)
    const asked = performance.now()
    await bell.close()
    expect(performance.now() - asked, 'ms').to.be.below(goal(50))
    await unreachable.close()
  })
})
