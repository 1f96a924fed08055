import { setTimeout as sleep } from 'node:timers/promises'
import { expect } from 'chai'
import { Client } from 'pg'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { migrate } from '../../../src/infrastructure/postgres/migrations/migrate.ts'
import { MIGRATIONS } from '../../../src/infrastructure/postgres/migrations/migration-names.ts'
import { adminOf, aDatabase, anEmptyDatabase } from '../../postgres.ts'
import { until } from '../../until.ts'

const [, second, ...rest] = MIGRATIONS

describe('A migration', () => {
  const databases: Database[] = []

  afterEach(() => Promise.all(databases.splice(0).map((database) => database.close())))

  const aServer = (where: Awaited<ReturnType<typeof aDatabase>>) => {
    const database = openDatabase(where)
    databases.push(database)
    const lines: string[] = []
    return { migrated: () => migrate(database, (line) => lines.push(line)), lines }
  }

  it('takes as long as it takes, and a server that starts meanwhile waits for it', async () => {
    const where = await anEmptyDatabase()
    // Longer than any deadline of a request.
    await adminOf(
      where,
      `create function slow() returns event_trigger language plpgsql as
         'begin if (select count(*) from mikro_orm_migrations) = 1 then perform pg_sleep(7); end if; end';
       create event trigger slow on ddl_command_start when tag in ('ALTER TABLE') execute function slow()`,
    )
    const [first, other] = [aServer(where), aServer(where)]
    const migrated = first.migrated()
    await until(() => first.lines.includes(`applying ${second}`))
    const waited = other.migrated()
    expect(await migrated).to.deep.equal(MIGRATIONS)
    expect(await waited).to.deep.equal([])
    expect(first.lines).to.deep.equal([
      `applying ${MIGRATIONS[0]}`,
      `applied ${MIGRATIONS[0]}`,
      `applying ${second}`,
      `still applying ${second}, for 5 s by now`,
      `applied ${second}`,
      ...rest.flatMap((name) => [`applying ${name}`, `applied ${name}`]),
    ])
    expect(other.lines.join()).to.match(
      /^waiting for another server that migrates \(PostgreSQL process \d+\), 5 s by now$/,
    )
  })

  it('waits for the locks of others without holding up who comes later, and is applied once they are free', async () => {
    const where = await aDatabase()
    await adminOf(
      where,
      `drop table chat_keys;
       alter table messages drop column idempotency_key, drop column fingerprint, drop column posted_revision;
       delete from mikro_orm_migrations where name = '${second}'`,
    )
    const reader = new Client(where)
    await reader.connect()
    await reader.query('begin; select from messages')
    const { migrated, lines } = aServer(where)
    const outcome = migrated()
    await until(async () => {
      const { rows } = await adminOf(where, `select from pg_locks where not granted and mode = 'AccessExclusiveLock'`)
      return rows.length === 1
    })
    const asked = performance.now()
    await adminOf(where, 'select from messages')
    expect(performance.now() - asked, 'ms that a reader waits').to.be.within(100, 3000)
    await until(() => lines.some((line) => /waits for a lock/.test(line)))
    await sleep(100)
    await reader.query('commit')
    await reader.end()
    expect(await outcome).to.deep.equal([second])
    const { rows } = await adminOf(where, 'select from pg_locks where objid = 7301964')
    expect(rows, 'locks of ours that are left').to.deep.equal([])
  })
})
