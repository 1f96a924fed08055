import { expect } from 'chai'
import { ANYBODY } from '../../src/domain/caller.ts'
import type { Chats } from '../../src/application/ports/chats.ts'
import { postgresChats } from '../../src/infrastructure/postgres/chats.ts'
import { type Database, openDatabase } from '../../src/infrastructure/postgres/database/database.ts'
import { postgresJournal } from '../../src/infrastructure/postgres/journal.ts'
import { postgresMarkers } from '../../src/infrastructure/postgres/markers.ts'
import { send } from '../changes.ts'
import { aNewChat, right, upTo } from '../fixtures.ts'
import { aPooler, pgbouncer, type Pooler } from '../pgbouncer.ts'
import { adminOf, aDatabase } from '../postgres.ts'
import { chatsContract } from './chats.contract.ts'
import { markersContract } from './markers.contract.ts'
import { journalContract } from './journal.contract.ts'

describe('The ports, through PgBouncer in transaction mode', () => {
  let pooler: Pooler | undefined
  let where: Awaited<ReturnType<typeof aDatabase>>
  let database: Database | undefined
  let chats: Chats

  before(async function () {
    this.timeout(180_000)
    if ((await pgbouncer()) === undefined) this.skip()
    where = await aDatabase()
    pooler = await aPooler(where)
    database = openDatabase(pooler, { pooler: 'transaction', direct: where })
    chats = postgresChats(database)
  })
  after(async () => {
    // Skipped before there was any.
    await database?.close()
    await pooler?.stop()
  })

  const emptied = async () => {
    await adminOf(where, 'truncate chats cascade')
    return chats
  }
  describe('Chats', () => chatsContract(emptied))
  describe('Journal', () =>
    journalContract(async () => ({ chats: await emptied(), journal: postgresJournal(database!.pool) })))

  describe('Markers', () =>
    markersContract(async () => ({ chats: await emptied(), markers: postgresMarkers(database!.pool) })))

  it('do without statements of a session', async () => {
    await emptied()
    const chat = right(await chats.add(ANYBODY, aNewChat())()).done
    await Promise.all(upTo(50).map(() => send(chats, chat.id)))
    const { rows } = await database!.pool.query('select name from pg_prepared_statements')
    expect(rows).to.deep.equal([])
  })
})
