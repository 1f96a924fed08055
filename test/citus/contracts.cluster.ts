import type { Chats } from '../../src/application/ports/chats.ts'
import { postgresChats } from '../../src/infrastructure/postgres/chats.ts'
import type { Database } from '../../src/infrastructure/postgres/database/database.ts'
import { postgresInboxes } from '../../src/infrastructure/postgres/inboxes.ts'
import { postgresJournal } from '../../src/infrastructure/postgres/journal.ts'
import { postgresKeys } from '../../src/infrastructure/postgres/keys.ts'
import { postgresMarkers } from '../../src/infrastructure/postgres/markers.ts'
import { postgresReactions } from '../../src/infrastructure/postgres/reactions.ts'
import { chatsContract } from '../contract/chats.contract.ts'
import { inboxesContract } from '../contract/inboxes.contract.ts'
import { journalContract } from '../contract/journal.contract.ts'
import { keysContract } from '../contract/keys.contract.ts'
import { markersContract } from '../contract/markers.contract.ts'
import { membersContract } from '../contract/members.contract.ts'
import { metadataContract } from '../contract/metadata.contract.ts'
import { reactionsContract } from '../contract/reactions.contract.ts'
import { aSpreadDatabase, onCluster } from './cluster.ts'

describe('The ports, on a cluster', () => {
  let database: Database
  let chats: Chats

  before(async () => {
    database = await aSpreadDatabase()
    chats = postgresChats(database)
  })
  after(() => database.close())

  const emptied = async () => {
    await onCluster('delete from chats; delete from chat_keys')
    return chats
  }
  const journalled = async () => ({ chats: await emptied(), journal: postgresJournal(database.pool) })

  describe('Chats', () => chatsContract(emptied))
  describe('Journal', () => journalContract(journalled))
  describe('Members', () => membersContract(journalled))
  describe('Markers', () =>
    markersContract(async () => ({ chats: await emptied(), markers: postgresMarkers(database.pool) })))
  describe('Reactions', () =>
    reactionsContract(async () => ({ ...(await journalled()), reactions: postgresReactions(database.pool) })))
  describe('Metadata', () =>
    metadataContract(async () => ({
      ...(await journalled()),
      inboxes: postgresInboxes(database.pool, database.parts),
    })))
  describe('Inboxes', () =>
    inboxesContract(async () => ({
      chats: await emptied(),
      inboxes: postgresInboxes(database.pool, database.parts),
      mark: ({ chatId, userId }, messageId) =>
        database.pool.query(
          'update members set read_message_id = $3, marked_at = now() where chat_id = $1 and user_id = $2',
          [chatId, userId, messageId],
        ),
      age: async () => {
        // Subtraction of an interval from a column rests on the session's time zone, which Citus lets no update do.
        const hourAgo = [new Date(Date.now() - 3_600_000)]
        await database.pool.query('update chats set touched_at = $1', hourAgo)
        await database.pool.query('update members set marked_at = $1', hourAgo)
      },
    })))
  describe('Keys', () =>
    keysContract(async () => {
      await database.pool.query('delete from api_keys')
      return postgresKeys(database.pool)
    }))
})
