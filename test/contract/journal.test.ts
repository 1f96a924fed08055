import { expect } from 'chai'
import type { Revision } from '../../src/domain/identity.ts'
import { memoryChats } from '../../src/infrastructure/memory/chats.ts'
import { openDatabase } from '../../src/infrastructure/postgres/database/database.ts'
import { postgresJournal } from '../../src/infrastructure/postgres/journal.ts'
import { aChatId, left } from '../fixtures.ts'
import { journalContract } from './journal.contract.ts'
import { emptiedPostgres } from './postgres-chats.ts'

describe('A journal in memory', () =>
  journalContract(async () => {
    const chats = memoryChats()
    return { chats, journal: chats }
  }))

describe('A journal in PostgreSQL', () => {
  const emptied = emptiedPostgres()
  journalContract(async () => {
    const { chats, database } = await emptied()
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
