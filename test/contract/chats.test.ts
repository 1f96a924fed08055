import { memoryChats } from '../../src/infrastructure/memory/chats.ts'
import { postgresChats } from '../../src/infrastructure/postgres/chats.ts'
import type { Database } from '../../src/infrastructure/postgres/database.ts'
import { anOpenDatabase } from '../postgres.ts'
import { chatsContract } from './chats.contract.ts'

describe('Chats in memory', () => chatsContract(async () => memoryChats()))

describe('Chats in PostgreSQL', () => {
  let database: Database

  before(async () => {
    database = await anOpenDatabase()
  })
  after(() => database.orm.close(true))

  chatsContract(async () => {
    await database.pool.query('truncate chats cascade')
    return postgresChats(database)
  })
})
