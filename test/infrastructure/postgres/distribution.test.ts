import { expect } from 'chai'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { distribute } from '../../../src/infrastructure/postgres/distribution/distribute.ts'
import { shardsOfChats } from '../../../src/infrastructure/postgres/distribution/shards.ts'
import { aDatabase, anEmptyDatabase } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'

describe('Spreading tables where there is no cluster', () => {
  const hold = releasing()
  const opened = (...given: Parameters<typeof openDatabase>): Database =>
    hold(openDatabase(...given), ({ close }) => close())

  it('is refused, with what to do, and leaves all as it is', async () => {
    const database = opened(await aDatabase())
    expect(String(await distribute(database).catch((error: unknown) => error))).to.match(
      /has no Citus: create extension citus/,
    )
    const { rows } = await database.pool.query(
      `select conname from pg_constraint where conname = 'chat_keys_chat_id_foreign'`,
    )
    expect(rows).to.have.length(1)
  })

  it('is refused through a pooler alone', async () => {
    const database = opened(await aDatabase(), { pooler: 'transaction' })
    expect(String(await distribute(database).catch((error: unknown) => error))).to.match(/set DATABASE_DIRECT_URL/)
  })

  it('has nothing spread, whether or not there are tables', async () => {
    expect(await shardsOfChats(opened(await aDatabase()).pool)).to.deep.equal([])
    expect(await shardsOfChats(opened(await anEmptyDatabase()).pool)).to.deep.equal([])
  })
})
