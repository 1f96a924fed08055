import { memoryBell } from '../../src/infrastructure/memory/bell.ts'
import { type Database, openDatabase } from '../../src/infrastructure/postgres/database/database.ts'
import { bellOn, type OwnBell } from '../bells.ts'
import { aDatabase } from '../postgres.ts'
import { bellContract } from './bell.contract.ts'

describe('A bell in memory', () =>
  bellContract(async () => {
    const bell = memoryBell()
    return { here: bell, there: bell }
  }))

describe('A bell on PostgreSQL', () => {
  let where: Awaited<ReturnType<typeof aDatabase>>
  const databases: Database[] = []
  const bells: OwnBell[] = []

  before(async () => {
    where = await aDatabase()
  })
  afterEach(async () => {
    await Promise.all(bells.splice(0).map((bell) => bell.close()))
    await Promise.all(databases.splice(0).map((database) => database.close()))
  })

  /** The bell of a server, once it listens. */
  const aBell = async () => {
    const database = openDatabase(where)
    const bell = bellOn(database)
    databases.push(database)
    bells.push(bell)
    await new Promise<void>((resolve) => {
      const stop = bell.listen(() => {
        stop()
        resolve()
      })
    })
    return bell
  }

  describe('within one server', () =>
    bellContract(async () => {
      const bell = await aBell()
      return { here: bell, there: bell }
    }))

  describe('between two servers', () => bellContract(async () => ({ here: await aBell(), there: await aBell() })))
})
