import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { parse } from 'yaml'
import { openStorage } from '../../src/storage.ts'
import { releasing } from '../releasing.ts'
import { aConfig } from '../served.ts'
import { commandsOf, type Ended, inShell } from './shell.ts'
import {
  type Address,
  aSystemDatabase,
  type SystemPostgres,
  systemPostgresFor,
  urlOf,
  variablesOf,
} from './system-postgres.ts'

const BACKUP = 'deploy/backup.sh "$FOLDER"'
const NAME = /^messenger-\d{8}T\d{6}Z\.dump$/

const aFolder = () => mkdtempSync(join(tmpdir(), 'messenger-test-backup-'))

describe('A backup', function () {
  this.timeout(120_000)
  const hold = releasing()
  const ofAll = releasing((release) => after(release))
  let postgres: SystemPostgres
  let database: Address

  before(async function () {
    postgres = await systemPostgresFor(this)
    database = await aSystemDatabase(postgres)
    await (await openStorage(aConfig({ DATABASE_URL: urlOf(database) }), () => {})).close()
    // More than a pipe and a page hold, and some tenths of a second of compression.
    const fill = `
      insert into chats (title, created_at, updated_at, last_message_id, revision, changed_at_revision, visibility)
        values ('filled', now(), now(), 6000, 6001, 1, 'public');
      insert into messages (chat_id, id, text, created_at, revision, posted_revision)
        select 1, n, (select string_agg(md5(n::text || k), '') from generate_series(1, 60) k), now(), n + 1, n + 1
        from generate_series(1, 6000) n`
    await postgres.query(fill, database.database)
  })

  const folder = () => hold(aFolder(), (path) => rmSync(path, { recursive: true }))
  const backUp = (into: string, variables: Record<string, string> = {}, commands = BACKUP) =>
    inShell(commands, postgres, { ...variablesOf(database), FOLDER: into, ...variables })

  /** A folder with a good backup of yesterday, to see what becomes of it. */
  const withAGoodOne = () => {
    const path = folder()
    const good = join(path, 'messenger-20261127T030000Z.dump')
    writeFileSync(good, 'the good one')
    return { path, good }
  }
  const isAsItWas = ({ path, good }: ReturnType<typeof withAGoodOne>, { status, stdout, stderr }: Ended) => {
    expect(status, stderr).to.not.equal(0)
    expect(stdout).to.equal('')
    expect(stderr).to.not.equal('')
    expect(readdirSync(path)).to.deep.equal([good.slice(path.length + 1)])
    expect(readFileSync(good, 'utf8')).to.equal('the good one')
  }

  /** A command before those of PostgreSQL, which does something to them. */
  const through = (script: string) => {
    const path = join(
      ofAll(aFolder(), (path) => rmSync(path, { recursive: true })),
      'through',
    )
    writeFileSync(path, `#!/usr/bin/env bash\n${script}\n`)
    chmodSync(path, 0o755)
    return path
  }

  it('is made as the handbook says, is its owner’s alone, and takes away what is older than two weeks', async () => {
    const into = folder()
    const passwords = join(into, 'pgpass')
    writeFileSync(passwords, `*:*:*:${database.user}:${database.password}\n`, { mode: 0o600 })
    const [old, young] = ['messenger-20261101T030000Z.dump', 'messenger-20261120T030000Z.dump']
    for (const name of [old, young]) writeFileSync(join(into, name), name)
    const days = (count: number) => new Date(Date.now() - count * 24 * 3_600_000)
    utimesSync(join(into, old), days(16), days(16))
    utimesSync(join(into, young), days(8), days(8))
    const commands = commandsOf('Backup and restore', 'PGPASSFILE', {
      '/etc/messenger/pgpass': passwords,
      '/var/backups/messenger': into,
      'PGUSER=messenger': `PGUSER=${database.user}`,
      'PGDATABASE=messenger': `PGDATABASE=${database.database}`,
      'PGHOST=localhost': `PGHOST=${database.host} PGPORT=${database.port}`,
    })
    const { status, stdout, stderr } = await inShell(commands, postgres)
    expect([status, stderr]).to.deep.equal([0, ''])
    const made = readdirSync(into).filter((name) => NAME.test(name) && name !== young)
    expect(made.map((name) => `${join(into, name)}\n`)).to.deep.equal([stdout])
    expect(readdirSync(into)).to.have.members(['pgpass', young, ...made])
    expect((await inShell(`stat -c %a ${stdout}`, postgres)).stdout).to.equal('600\n')
  })

  it('that is not let in leaves nothing', async () => {
    const before = withAGoodOne()
    const ended = await backUp(before.path, { PGPASSWORD: 'another' })
    isAsItWas(before, ended)
    expect(ended.stderr).to.include('password authentication failed')
  })

  it('whose server ends it half-way leaves nothing', async () => {
    const before = withAGoodOne()
    const ending = postgres.query(`
      do $$ begin
        for attempt in 1..20000 loop
          perform pg_stat_clear_snapshot();
          perform pg_terminate_backend(pid) from pg_stat_activity
            where datname = '${database.database}' and application_name = 'pg_dump' and query like 'COPY%messages%';
          exit when found;
          perform pg_sleep(0.001);
        end loop;
      end $$`)
    const ended = await backUp(before.path)
    await ending
    isAsItWas(before, ended)
    expect(ended.stderr).to.match(/terminating connection|server closed/)
  })

  it('on a disk that is full leaves nothing', async () => {
    const before = withAGoodOne()
    // As little as the system lets a file grow, and an error in place of the signal.
    isAsItWas(before, await backUp(before.path, {}, `trap '' XFSZ; ulimit -f 8; ${BACKUP}`))
  })

  for (const size of [5000, 100_000])
    it(`that was cut to ${size} bytes on its way, and said to be well, leaves nothing`, async () => {
      const before = withAGoodOne()
      const script = `if [ "$1" = pg_dump ]; then "$@" | head -c ${size}; else "$@"; fi`
      isAsItWas(before, await backUp(before.path, { THROUGH: through(script) }))
    })

  it('of a database that is not the service’s leaves nothing', async () => {
    const before = withAGoodOne()
    const another = await aSystemDatabase(postgres)
    await postgres.query(
      `create table others (chats text); alter table others owner to ${another.user}`,
      another.database,
    )
    const ended = await backUp(before.path, variablesOf(another))
    isAsItWas(before, ended)
    expect(ended.stderr).to.include('has no chats')
  })

  it('goes to a disk that has no hard links', async () => {
    const into = folder()
    const bin = ofAll(aFolder(), (path) => rmSync(path, { recursive: true }))
    writeFileSync(join(bin, 'ln'), '#!/bin/sh\necho Operation not permitted >&2; exit 1\n', { mode: 0o755 })
    const { status, stdout, stderr } = await backUp(into, { PATH: bin })
    expect([status, stderr]).to.deep.equal([0, ''])
    expect(readdirSync(into).map((name) => `${join(into, name)}\n`)).to.deep.equal([stdout])
  })

  it('that is told to stop leaves nothing', async () => {
    const before = withAGoodOne()
    const script = `if [ "$1" = pg_dump ]; then kill -TERM $PPID; fi; "$@"`
    isAsItWas(
      before,
      await backUp(before.path, { THROUGH: through(script) }, `${BACKUP} || { echo stopped >&2; false; }`),
    )
  })

  it('takes the place of none, also when the clock says the same again', async () => {
    const into = folder()
    const bin = ofAll(aFolder(), (path) => rmSync(path, { recursive: true }))
    writeFileSync(join(bin, 'date'), '#!/bin/sh\necho 20261128T030000Z\n', { mode: 0o755 })
    const first = await backUp(into, { PATH: bin })
    expect([first.status, first.stdout]).to.deep.equal([0, `${into}/messenger-20261128T030000Z.dump\n`])
    const kept = readFileSync(first.stdout.trim())
    await postgres.query(`update chats set title = 'changed'`, database.database)
    expect((await backUp(into, { PATH: bin })).status).to.not.equal(0)
    expect(readdirSync(into)).to.have.length(1)
    expect(readFileSync(first.stdout.trim()).equals(kept)).to.equal(true)
  })

  it('of the composed deployment goes through its container, as whom and to which that has', async () => {
    const { services } = parse(readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8')) as {
      readonly services: Readonly<Record<string, { readonly environment: Readonly<Record<string, string>> }>>
    }
    const { POSTGRES_USER: user, POSTGRES_DB: name } = services['database']!.environment
    const bin = join(ofAll(aFolder(), (path) => rmSync(path, { recursive: true })))
    // What Docker would do with it: the variables, in the container of that service.
    const docker = `#!/usr/bin/env bash
      [[ "$*" == "compose exec -T -e PGUSER=${user} -e PGDATABASE=${name} database pg_"* ]] || exit 64
      shift 8; exec "$@"`
    writeFileSync(join(bin, 'docker'), docker, { mode: 0o755 })
    const into = folder()
    const commands = commandsOf('Backup and restore', 'docker compose', { 'backup.sh backups': `backup.sh ${into}` })
    const [exported = '', backup = ''] = commands.split('\n')
    const { status, stdout, stderr } = await inShell(`${exported}\n${backup}`, postgres, {
      ...variablesOf(database),
      PATH: bin,
    })
    expect([status, stderr]).to.deep.equal([0, ''])
    expect(readdirSync(into).map((file) => `${join(into, file)}\n`)).to.deep.equal([stdout])
  })
})
