import { memoryKeys } from '../../src/infrastructure/memory/keys.ts'
import type { Database } from '../../src/infrastructure/postgres/database/database.ts'
import { postgresKeys } from '../../src/infrastructure/postgres/keys.ts'
import { anOpenDatabase } from '../postgres.ts'
import { keysContract } from './keys.contract.ts'

describe('Keys in memory', () => keysContract(async () => memoryKeys()))

describe('Keys in PostgreSQL', () => {
  let database: Database

  before(async () => {
    database = await anOpenDatabase()
  })
  after(() => database.close())

  keysContract(async () => {
    await database.pool.query('delete from api_keys')
    return postgresKeys(database.pool)
  })
})
