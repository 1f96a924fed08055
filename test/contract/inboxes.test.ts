import { ANYBODY } from '../../src/domain/caller.ts'
import { moveMarker } from '../../src/domain/chat/reading.ts'
import { memoryChats } from '../../src/infrastructure/memory/chats.ts'
import { memoryInboxes } from '../../src/infrastructure/memory/inboxes.ts'
import { memoryMarkers } from '../../src/infrastructure/memory/markers.ts'
import { memoryStore } from '../../src/infrastructure/memory/store.ts'
import { postgresInboxes } from '../../src/infrastructure/postgres/inboxes.ts'
import { inboxesContract } from './inboxes.contract.ts'
import { emptiedPostgres } from './postgres-chats.ts'

describe('Inboxes in memory', () =>
  inboxesContract(async () => {
    const store = memoryStore()
    const { decide } = memoryMarkers(store)
    return {
      chats: memoryChats(store),
      inboxes: memoryInboxes(store),
      mark: (address, messageId) =>
        decide(ANYBODY, address, moveMarker(ANYBODY, { ...address, messageId, forward: false }))(),
      age: async () => {},
    }
  }))

describe('Inboxes in PostgreSQL', () => {
  const emptied = emptiedPostgres()
  inboxesContract(async () => {
    const { chats, database } = await emptied()
    const { pool } = database
    return {
      chats,
      inboxes: postgresInboxes(pool),
      mark: ({ chatId, userId }, messageId) =>
        pool.query('update members set read_message_id = $3, marked_at = now() where chat_id = $1 and user_id = $2', [
          chatId,
          userId,
          messageId,
        ]),
      age: async () => {
        await pool.query(`update chats set touched_at = touched_at - interval '1 hour'`)
        await pool.query(`update members set marked_at = marked_at - interval '1 hour'`)
      },
    }
  })
})
