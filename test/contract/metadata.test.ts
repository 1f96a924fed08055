import { memoryChats } from '../../src/infrastructure/memory/chats.ts'
import { memoryInboxes } from '../../src/infrastructure/memory/inboxes.ts'
import { memoryStore } from '../../src/infrastructure/memory/store.ts'
import { postgresInboxes } from '../../src/infrastructure/postgres/inboxes.ts'
import { postgresJournal } from '../../src/infrastructure/postgres/journal.ts'
import { metadataContract } from './metadata.contract.ts'
import { emptiedPostgres } from './postgres-chats.ts'

describe('Metadata in memory', () =>
  metadataContract(async () => {
    const store = memoryStore()
    const chats = memoryChats(store)
    return { chats, journal: chats, inboxes: memoryInboxes(store) }
  }))

describe('Metadata in PostgreSQL', () => {
  const emptied = emptiedPostgres()
  metadataContract(async () => {
    const { chats, database } = await emptied()
    return { chats, journal: postgresJournal(database.pool), inboxes: postgresInboxes(database.pool) }
  })
})
