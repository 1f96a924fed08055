import { memoryChats } from '../../src/infrastructure/memory/chats.ts'
import { postgresJournal } from '../../src/infrastructure/postgres/journal.ts'
import { membersContract } from './members.contract.ts'
import { emptiedPostgres } from './postgres-chats.ts'

describe('Members in memory', () =>
  membersContract(async () => {
    const chats = memoryChats()
    return { chats, journal: chats }
  }))

describe('Members in PostgreSQL', () => {
  const emptied = emptiedPostgres()
  membersContract(async () => {
    const { chats, database } = await emptied()
    return { chats, journal: postgresJournal(database.pool) }
  })
})
