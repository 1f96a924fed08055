import type { Chats } from '../../src/application/ports/chats.ts'
import { postgresChats } from '../../src/infrastructure/postgres/chats.ts'
import type { Database } from '../../src/infrastructure/postgres/database/database.ts'
import { anOpenDatabase } from '../postgres.ts'

/** Opens a database before the tests of this block and closes it after them. Returns how each test gets it, without chats. */
export const emptiedPostgres = () => {
  let database: Database
  let chats: Chats

  before(async () => {
    database = await anOpenDatabase()
    chats = postgresChats(database)
  })
  after(() => database.close())

  return async () => {
    await database.pool.query('truncate chats cascade')
    return { database, chats }
  }
}
