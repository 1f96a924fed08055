import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { openStorage } from '../../src/storage.ts'
import { aChatOn, type ChatBody, clientOf } from '../client.ts'
import { asOfTheFirstVersion } from '../first-version.ts'
import { releasing } from '../releasing.ts'
import { aConfig, served } from '../served.ts'
import { until } from '../until.ts'
import { commandsOf, inShell } from './shell.ts'
import {
  type Address,
  aSystemDatabase,
  type SystemPostgres,
  systemPostgresFor,
  urlOf,
  variablesOf,
} from './system-postgres.ts'

const DUMP = 'backups/messenger-20261128T030000Z.dump'

describe('An upgrade', function () {
  this.timeout(120_000)
  const hold = releasing()
  let postgres: SystemPostgres

  before(async function () {
    postgres = await systemPostgresFor(this)
  })

  const aFolder = () => {
    const folder = mkdtempSync(join(tmpdir(), 'messenger-test-upgrade-'))
    chmodSync(folder, 0o755)
    return hold(folder, (path) => rmSync(path, { recursive: true, force: true, maxRetries: 20 }))
  }
  const aServer = async (environment: Record<string, string>) => {
    const messenger = await served(await openStorage(aConfig(environment), () => {}))
    let stopped: Promise<void> | undefined
    const stop = () => (stopped ??= messenger.stop())
    return hold({ client: clientOf(messenger.url), stop }, (server) => server.stop())
  }
  const reasonOf = (environment: Record<string, string>) =>
    openStorage(aConfig(environment), () => {}).then(
      () => 'it started',
      (error: unknown) => (error as Error).message,
    )
  const succeeded = async (commands: string, variables: Record<string, string> = {}) => {
    const { status, stdout, stderr } = await inShell(commands, postgres, variables)
    expect([status, stderr]).to.deep.equal([0, ''])
    return stdout
  }

  it('begins with a backup and a migration, by the commands of the handbook, and not without the backup', async () => {
    const database = await aSystemDatabase(postgres)
    await asOfTheFirstVersion(database)
    const folder = aFolder()
    const commands = commandsOf('Upgrade', 'npm run migrate', { '/var/backups/messenger': folder })
    const variables = { ...variablesOf(database), DATABASE_URL: urlOf(database) }
    const failed = await inShell(commands, postgres, { ...variables, PGPASSWORD: 'another' })
    expect([failed.status, failed.stdout]).to.deep.equal([1, ''])
    const stdout = await succeeded(commands, variables)
    expect(stdout).to.match(/messenger-\w+\.dump\n[^]*applied Migration\w+\n[^]*the database is up to date\n$/)
    expect(readdirSync(folder)).to.have.length(1)
  })

  /** What the migration of a version to come may do: add. */
  const migrateFurther = ({ database }: Address) =>
    postgres.query(
      `alter table messages add column later text null, add constraint later_check check (later <> '');
       alter table chats add column later bigint not null default 0;
       alter table members add column later timestamptz not null default now();
       create table later (chat_id bigint references chats (id) on delete cascade);
       create index later_index on messages (chat_id, later) where later is not null;
       insert into mikro_orm_migrations (name) values ('Migration20990101000000_later')`,
      database,
    )

  it('leaves a server of the version before running, which does not start again', async () => {
    const database = await aSystemDatabase(postgres)
    const environment = { DATABASE_URL: urlOf(database) }
    const { client } = await aServer(environment)
    const chat = await aChatOn(client)
    const load = hold({ goes: true, sent: 0, others: [] as number[] }, (load) => (load.goes = false))
    const sending = (async () => {
      while (load.goes) {
        const { status } = await client.post(`${chat}/messages/`, { text: 'on and on' })
        if (status === 201) load.sent += 1
        else load.others.push(status)
      }
    })()
    const more = async () => {
      const sent = load.sent
      await until(() => load.sent > sent + 20)
    }
    await more()
    await migrateFurther(database)
    await more()
    load.goes = false
    await sending
    expect(load.others).to.deep.equal([])
    const json = { 'content-type': 'application/json' }
    const answers = [
      await client.get('/readyz'),
      await client.get(`${chat}/messages/`),
      await client.patch(`${chat}/messages/1`, { text: 'edited' }),
      await client.request('PUT', `${chat}/members/ada`, { headers: json, body: '{"role":"member"}' }),
      await client.request('DELETE', `${chat}/messages/1`),
      await client.request('DELETE', chat),
    ]
    expect(answers.map(({ status }) => status)).to.deep.equal([200, 200, 200, 201, 204, 204])
    const reason = 'the database is newer than this service: it has Migration20990101000000_later'
    expect(await reasonOf(environment)).to.equal(reason)
  })

  it('of PostgreSQL is a backup and a restore into the newer one, here the embedded; whose folder can be copied', async () => {
    const [database, newer] = [await aSystemDatabase(postgres), await aSystemDatabase(postgres)]
    const { client } = await aServer({ DATABASE_URL: urlOf(database) })
    const chat = await aChatOn(client)
    await client.post(`${chat}/messages/`, { text: 'from PostgreSQL 15' })
    const folder = aFolder()
    const [backUp = '', restore = ''] = commandsOf('Upgrade', 'PGPORT=5433', {
      'backup.sh backups': `backup.sh ${folder}`,
      [DUMP]: '"$DUMP"',
      5432: String(database.port),
      5433: String(newer.port),
    }).split('\n')
    const dump = (await succeeded(backUp, variablesOf(database))).trim()
    await succeeded(restore, { ...variablesOf(newer), DUMP: dump })

    const data = join(folder, 'data')
    const embedded = await aServer({ DATA_DIR: data })
    const commands = commandsOf('Upgrade', 'postmaster.pid', { 'data/postgres': `${data}/postgres`, [DUMP]: dump })
    await succeeded(commands)
    const textOf = async ({ client }: typeof embedded) =>
      (await client.get<ChatBody>(chat)).json.messages.flatMap((message) => ('text' in message ? [message.text] : []))
    expect(await textOf(embedded)).to.deep.equal(['from PostgreSQL 15'])

    await embedded.stop()
    const copy = join(folder, 'data-before')
    await succeeded(
      commandsOf('Backup and restore', 'cp --archive', { 'backups/data-before': copy, ' data ': ` ${data} ` }),
    )
    const again = await aServer({ DATA_DIR: data })
    await again.client.post(`${chat}/messages/`, { text: 'since' })
    await again.stop()
    expect(await textOf(await aServer({ DATA_DIR: copy }))).to.deep.equal(['from PostgreSQL 15'])
  })

  it('of the embedded PostgreSQL to another major version does not start on the old data, says why, and touches nothing', async () => {
    const folder = aFolder()
    mkdirSync(join(folder, 'postgres'))
    writeFileSync(join(folder, 'postgres', 'PG_VERSION'), '12\n')
    const reason = await reasonOf({ DATA_DIR: folder })
    expect(reason).to.match(/was made by PostgreSQL 12, and no PostgreSQL 12 was found: .* holds PostgreSQL 18/)
    expect(reason).to.include('A PostgreSQL 12 of the system is found by itself')
    expect(readdirSync(join(folder, 'postgres'))).to.deep.equal(['PG_VERSION'])
  })
})
