import { expect } from 'chai'
import type { Messenger } from '../../../src/messenger.ts'
import { openStorage } from '../../../src/storage.ts'
import { aChatOn, type Client, clientOf } from '../../client.ts'
import { adminOf, aDatabase, urlOf } from '../../postgres.ts'
import { aConfig, served } from '../../served.ts'

/** What may be done to a database under a service that is ready, and what makes it good again. */
const ACCIDENTS = [
  ['the schema is renamed', 'alter schema public rename to gone', 'alter schema gone rename to public'],
  ['a table is missing', 'alter table messages rename to gone', 'alter table gone rename to messages'],
  ['a column is missing', 'alter table chats rename revision to gone', 'alter table chats rename gone to revision'],
] as const

describe('A messenger whose database is out of order', () => {
  let where: Awaited<ReturnType<typeof aDatabase>>
  let messenger: Messenger
  let client: Client
  let chat: string

  before(async () => {
    where = await aDatabase()
    messenger = await served(await openStorage(aConfig({ DATABASE_URL: urlOf(where) }), () => {}))
    client = clientOf(messenger.url)
    chat = await aChatOn(client)
    await client.post(`${chat}/messages/`, { text: 'before' })
  })
  after(() => messenger.stop())

  const answers = async () => {
    const text = { text: 'x' }
    const asked = await Promise.all([
      client.get('/readyz'),
      client.get(`${chat}/messages/`),
      client.post(`${chat}/messages/`, text),
      client.post(`${chat}/messages/`, text, { 'idempotency-key': `"${Math.random()}"` }),
      client.patch(`${chat}/messages/1`, text),
    ])
    return asked.map(({ status }) => status)
  }

  for (const [what, harm, mend] of ACCIDENTS)
    it(`is not ready and answers 503 while ${what}, and serves again after that`, async () => {
      expect(await answers()).to.deep.equal([200, 200, 201, 201, 200])
      await adminOf(where, harm)
      for (const status of await answers()) expect(status).to.equal(503)
      await adminOf(where, mend)
      expect(await answers()).to.deep.equal([200, 200, 201, 201, 200])
    })

  it('is not ready and answers 503 to changes while the database only reads, and reads on', async () => {
    const drop = `select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`
    const settled = async () => {
      await adminOf(where, drop)
      // Whatever stood on a connection that has ended.
      await answers()
      return answers()
    }
    await adminOf(where, `alter database ${where.database} set default_transaction_read_only = on`)
    expect(await settled()).to.deep.equal([503, 200, 503, 503, 503])
    await adminOf(where, `alter database ${where.database} reset default_transaction_read_only`)
    expect(await settled()).to.deep.equal([200, 200, 201, 201, 200])
  })
})
