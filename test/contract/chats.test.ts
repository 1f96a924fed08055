import type { Chats } from '../../src/application/ports/chats.ts'
import { memoryChats } from '../../src/infrastructure/memory/chats.ts'
import { postgresChats } from '../../src/infrastructure/postgres/chats.ts'
import type { Database } from '../../src/infrastructure/postgres/database/database.ts'
import { anOpenDatabase } from '../postgres.ts'
import { chatsContract } from './chats.contract.ts'

describe('Chats in memory', () => chatsContract(async () => memoryChats()))

describe('Chats in PostgreSQL', () => {
  let database: Database
  let chats: Chats

  before(async () => {
    database = await anOpenDatabase()
    chats = postgresChats(database)
  })
  after(() => database.close())

  chatsContract(async () => {
    await database.pool.query('truncate chats cascade')
    return chats
  })
})
