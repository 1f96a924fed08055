import { expect } from 'chai'
import type { Chats } from '../../src/application/ports/chats.ts'
import type { Revision } from '../../src/domain/identity.ts'
import { memoryChats } from '../../src/infrastructure/memory/chats.ts'
import { postgresChats } from '../../src/infrastructure/postgres/chats.ts'
import { type Database, openDatabase } from '../../src/infrastructure/postgres/database/database.ts'
import { postgresJournal } from '../../src/infrastructure/postgres/journal.ts'
import { aChatId, left } from '../fixtures.ts'
import { anOpenDatabase } from '../postgres.ts'
import { journalContract } from './journal.contract.ts'

describe('A journal in memory', () =>
  journalContract(async () => {
    const chats = memoryChats()
    return { chats, journal: chats }
  }))

describe('A journal in PostgreSQL', () => {
  let database: Database
  let chats: Chats

  before(async () => {
    database = await anOpenDatabase()
    chats = postgresChats(database)
  })
  after(() => database.close())

  journalContract(async () => {
    await database.pool.query('truncate chats cascade')
    return { chats, journal: postgresJournal(database.pool) }
  })

  it('is unavailable, and does not fail, while the database cannot be reached', async () => {
    const unreachable = openDatabase({ host: '/nowhere', port: 1, user: 'nobody', database: 'messenger_test' })
    const journal = postgresJournal(unreachable.pool)
    expect(left(await journal.since(aChatId(), 0 as Revision, 1)())).to.include({ kind: 'Unavailable' })
    expect(left(await journal.revisions([aChatId()])())).to.include({ kind: 'Unavailable' })
    await unreachable.close()
  })
})
