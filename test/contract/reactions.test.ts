import { memoryChats } from '../../src/infrastructure/memory/chats.ts'
import { memoryReactions } from '../../src/infrastructure/memory/reactions.ts'
import { memoryStore } from '../../src/infrastructure/memory/store.ts'
import { postgresJournal } from '../../src/infrastructure/postgres/journal.ts'
import { postgresReactions } from '../../src/infrastructure/postgres/reactions.ts'
import { reactionsContract } from './reactions.contract.ts'
import { emptiedPostgres } from './postgres-chats.ts'

describe('Reactions in memory', () =>
  reactionsContract(async () => {
    const store = memoryStore()
    const chats = memoryChats(store)
    return { chats, journal: chats, reactions: memoryReactions(store) }
  }))

describe('Reactions in PostgreSQL', () => {
  const emptied = emptiedPostgres()
  reactionsContract(async () => {
    const { chats, database } = await emptied()
    return { chats, journal: postgresJournal(database.pool), reactions: postgresReactions(database.pool) }
  })
})
