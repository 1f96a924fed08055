import { expect } from 'chai'
import { connectionFailure } from '../../../src/infrastructure/postgres/sessions/connection-failure.ts'
import { startFailure } from '../../../src/start-failure.ts'
import { openStorage } from '../../../src/storage.ts'
import { aFreePort } from '../../free-port.ts'
import { aDatabase, adminOf, urlOf } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'
import { aConfig } from '../../served.ts'
import { failingServer } from './failing-server.ts'

const refusal = (environment: Record<string, string>) =>
  openStorage(aConfig(environment), () => {}).then(
    () => expect.fail('it opened'),
    (error: unknown) => startFailure(error),
  )

describe('A database that cannot be connected to', () => {
  const hold = releasing()

  /** The words that name the variable, what is wrong, and what to do. */
  const expectSentence = (said: string, what: RegExp) => {
    expect(said)
      .to.match(/^DATABASE_URL: /)
      .and.match(what)
    expect(said).to.match(/: (start|correct|create|grant|raise|let|name|add)/)
    expect(said).not.to.match(/\n|hunter2|undefined/)
  }

  for (const [code, what] of [
    ['28P01', /a Docker volume keeps the POSTGRES_PASSWORD/],
    ['28000', /correct the user, or let it in/],
    ['3D000', /create it, or correct the name/],
    ['42501', /grant it to the user/],
    ['53300', /max_connections.*DATABASE_POOL_SIZE/],
    ['57P03', /start again when it is ready/],
    ['XX000', /a test: correct it/],
  ] as const)
    it(`is told in a sentence that names the variable and the remedy: SQLSTATE ${code}`, async () => {
      const server = hold(await failingServer(code, 'at the connection'), ({ close }) => close())
      expectSentence(await refusal({ DATABASE_URL: server.url }), what)
    })

  it('is told so, too, when nothing listens there, or its host, its socket or a file that it names is not there', async () => {
    const port = await aFreePort()
    expectSentence(
      await refusal({ DATABASE_URL: `postgres://u:hunter2@127.0.0.1:${port}/x` }),
      /nothing listens at 127/,
    )
    expectSentence(await refusal({ DATABASE_URL: `postgres://u:hunter2@localhost:${port}/x` }), /nothing listens at/)
    expectSentence(await refusal({ DATABASE_URL: 'postgres://u:hunter2@nowhere.invalid/x' }), /host nowhere.invalid/)
    expectSentence(await refusal({ DATABASE_URL: 'postgres://localhost/x?host=/nowhere' }), /ENOENT \/nowhere/)
    expectSentence(await refusal({ DATABASE_URL: 'postgres://localhost/x?sslrootcert=/nowhere' }), /open '\/nowhere'/)
  })

  it('is told so, too, when the database or the role is not there, or may not make tables', async () => {
    const where = await aDatabase()
    expectSentence(
      await refusal({ DATABASE_URL: urlOf({ ...where, database: 'messenger_test_none' }) }),
      /does not exist/,
    )
    expectSentence(await refusal({ DATABASE_URL: urlOf({ ...where, user: 'nobody_here' }) }), /nobody_here/)
    const user = `${where.database}_guest`
    await adminOf(where, `create role ${user} login; drop schema public cascade; create schema public`)
    expectSentence(await refusal({ DATABASE_URL: urlOf({ ...where, user }) }), /permission denied|no schema/)
    await adminOf(where, `drop role ${user}`)
  })

  it('is told by the name of the variable that leads there', async () => {
    const where = await aDatabase()
    const server = hold(await failingServer('28P01', 'at the connection'), ({ close }) => close())
    const said = await refusal({ DATABASE_URL: urlOf(where), DATABASE_DIRECT_URL: server.url })
    expect(said).to.match(/^DATABASE_DIRECT_URL: .*password/)
  })

  for (const [failure, what] of [
    [{ code: 'ETIMEDOUT', message: '', address: '192.0.2.1', port: 5432 }, /192.0.2.1:5432 cannot be reached/],
    [{ code: 'SELF_SIGNED_CERT_IN_CHAIN', message: 'self-signed' }, /not trusted.*sslrootcert/],
    [{ message: 'The server does not support SSL connections' }, /TLS: correct sslmode/],
    [{ message: 'SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string' }, /add it there, or set PGPASS/],
    [{ message: 'Connection terminated due to connection timeout' }, /nobody answers there in time/],
  ] as const)
    it(`is told so, too, when the driver says: ${failure.message || failure.code}`, () =>
      expectSentence(connectionFailure(failure, 'DATABASE_URL').message, what))
})
