import { expect } from 'chai'
import type { Message, Tombstone } from '../../../src/domain/chat/message.ts'
import type { MessageId, Revision } from '../../../src/domain/identity.ts'
import type { Column } from '../../../src/infrastructure/postgres/database/columns.ts'
import type { Database } from '../../../src/infrastructure/postgres/database/database.ts'
import { apiKeyColumns } from '../../../src/infrastructure/postgres/database/key-rows.ts'
import {
  chatColumns,
  entryColumns,
  entryOf,
  entryRow,
  keyColumns,
  membershipColumns,
} from '../../../src/infrastructure/postgres/database/rows.ts'
import { aChatId, aText, later, NOON } from '../../fixtures.ts'
import { anOpenDatabase } from '../../postgres.ts'

describe('The lists of columns', () => {
  let database: Database

  before(async () => {
    database = await anOpenDatabase()
  })
  after(() => database.close())

  const columnsOf = async (table: string) => {
    const { rows } = await database.pool.query<{ name: string; type: string }>(
      `select column_name as name, replace(data_type, 'timestamp with time zone', 'timestamptz') as type
       from information_schema.columns where table_schema = 'public' and table_name = $1`,
      [table],
    )
    return rows.map(({ name, type }) => `${name} ${type}`).toSorted()
  }
  const listed = (...lists: object[]) =>
    lists.flatMap((list) => Object.values(list as Record<string, Column>).map(({ name, type }) => `${name} ${type}`))

  it('are those of the tables, none left out', async () => {
    // What only the database's own clock says is no part of a chat or of a membership, nor is a marker.
    const [touched, marked] = ['touched_at timestamptz', ['marked_at timestamptz', 'read_message_id bigint']]
    expect([...listed(chatColumns), touched].toSorted()).to.deep.equal(await columnsOf('chats'))
    expect([...listed(membershipColumns), ...marked].toSorted()).to.deep.equal(await columnsOf('members'))
    expect(listed(entryColumns, keyColumns).toSorted()).to.deep.equal(await columnsOf('messages'))
    expect(listed(apiKeyColumns).toSorted()).to.deep.equal(await columnsOf('api_keys'))
  })

  const message: Message = {
    chatId: aChatId(),
    id: 1 as MessageId,
    author: null,
    text: aText(),
    createdAt: NOON,
    editedAt: null,
    revision: 1 as Revision,
  }

  it('make rows of messages and tombstones, and read them back', () => {
    const { text: _, ...lasting } = message
    const tombstone: Tombstone = { ...lasting, deletedAt: later(1) }
    expect(entryRow(tombstone)).to.deep.equal({ ...tombstone, text: null })
    expect(entryOf(entryRow(tombstone))).to.deep.equal(tombstone)
    expect(entryRow(message)).to.deep.equal({ ...message, deletedAt: null })
    expect(entryOf(entryRow(message))).to.deep.equal(message)
  })
})
