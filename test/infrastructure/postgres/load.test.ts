import { expect } from 'chai'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { countConnections, loadOf } from '../../../src/infrastructure/postgres/database/load.ts'
import { statement } from '../../../src/infrastructure/postgres/database/statement.ts'
import { inTransaction } from '../../../src/infrastructure/postgres/database/transaction.ts'
import { aFreePort } from '../../free-port.ts'
import { aDatabase } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'

const divide = statement('test-divide', {}, () => 'select 1 / 0')

describe('The load of a database', () => {
  const hold = releasing()
  const opened = (...where: Parameters<typeof openDatabase>) => hold(openDatabase(...where), ({ close }) => close())
  const failuresOf = ({ pool }: Database) => Object.fromEntries(loadOf(pool).failures())

  /** In a transaction; whether it failed. */
  const inOne = ({ pool }: Database) =>
    inTransaction(pool, {}, (client) => divide(client, {})).then(
      () => false,
      () => true,
    )

  it('counts what fails in a transaction with what fails by itself, each database its own', async () => {
    const where = await aDatabase()
    const [database, other] = [opened(where), opened(where)]
    expect(await divide(database.pool, {}).catch(() => 'failed')).to.equal('failed')
    expect(await inOne(database)).to.equal(true)
    expect([failuresOf(database), failuresOf(other)]).to.deep.equal([{ 22: 2 }, {}])
  })

  it('is that of all pools beside its own', async () => {
    const where = await aDatabase()
    const [database, beside] = [opened(where, { size: 3 }), openDatabase(where, { size: 4 })]
    countConnections(beside.pool, database.pool)
    expect(await divide(beside.pool, {}).catch(() => 'failed')).to.equal('failed')
    expect(await inOne(beside)).to.equal(true)
    expect(failuresOf(database)).to.deep.equal({ 22: 2 })
    expect(loadOf(database.pool).connections()).to.deep.equal({ used: 0, idle: 1, waitedFor: 0, limit: 7 })
    await beside.close()
    expect(loadOf(database.pool).connections().limit).to.equal(3)
  })

  it('counts connections that were not to be had, in a transaction and by itself', async () => {
    const database = opened({ host: '127.0.0.1', port: await aFreePort(), user: 'nobody', database: 'none' })
    expect(await divide(database.pool, {}).catch(() => 'failed')).to.equal('failed')
    expect(await inOne(database)).to.equal(true)
    expect(failuresOf(database)).to.deep.equal({ none: 2 })
  })
})
