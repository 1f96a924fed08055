import { memoryChats } from '../../src/infrastructure/memory/chats.ts'
import { memoryMarkers } from '../../src/infrastructure/memory/markers.ts'
import { memoryStore } from '../../src/infrastructure/memory/store.ts'
import { postgresMarkers } from '../../src/infrastructure/postgres/markers.ts'
import { markersContract } from './markers.contract.ts'
import { emptiedPostgres } from './postgres-chats.ts'

describe('Markers in memory', () =>
  markersContract(async () => {
    const store = memoryStore()
    return { chats: memoryChats(store), markers: memoryMarkers(store) }
  }))

describe('Markers in PostgreSQL', () => {
  const emptied = emptiedPostgres()
  markersContract(async () => {
    const { chats, database } = await emptied()
    return { chats, markers: postgresMarkers(database.pool) }
  })
})
