import { expect } from 'chai'
import { ANYBODY } from '../../../src/domain/caller.ts'
import { openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import {
  type Connection,
  elsewhere,
  location,
  settingsAskedFor,
} from '../../../src/infrastructure/postgres/sessions/location.ts'
import { type ServerFacts, unfitness } from '../../../src/infrastructure/postgres/sessions/server-check.ts'
import { asOptions, ofOptions } from '../../../src/infrastructure/postgres/sessions/settings.ts'
import type { Storage } from '../../../src/composition/storage.ts'
import { openStorage } from '../../../src/storage.ts'
import { editMessage, send } from '../../changes.ts'
import { anIntent, aNewChat, later, NOON, right } from '../../fixtures.ts'
import { aDatabase, adminOf, urlOf } from '../../postgres.ts'
import { aConfig } from '../../served.ts'

const SETTINGS = [
  ['datestyle', 'SQL, DMY'],
  ['datestyle', 'German'],
  ['intervalstyle', 'sql_standard'],
  ['timezone', 'Asia/Kathmandu'],
  ['client_encoding', 'LATIN1'],
  ['standard_conforming_strings', 'off'],
  ['array_nulls', 'off'],
  ['search_path', 'pg_catalog'],
  ['default_transaction_isolation', 'serializable'],
  ['plan_cache_mode', 'force_custom_plan'],
  ['enable_seqscan', 'on'],
  ['statement_timeout', '1ms'],
  ['lock_timeout', '1ms'],
  ['idle_in_transaction_session_timeout', '1ms'],
] as const

describe('A session with PostgreSQL', () => {
  let where: Awaited<ReturnType<typeof aDatabase>>
  let storage: Storage | undefined

  beforeEach(async () => {
    where = await aDatabase()
  })
  afterEach(async () => {
    await storage?.close()
    storage = undefined
  })

  const opened = async (url = urlOf(where)) => (storage = await openStorage(aConfig({ DATABASE_URL: url }), () => {}))

  const worksOn = async ({ chats, journal }: Storage) => {
    const intent = anIntent()
    const { done: chat } = right(await chats.add(ANYBODY, aNewChat('Прощай, "null" \\'), intent)())
    expect(right(await chats.add(ANYBODY, aNewChat('Прощай, "null" \\'), intent)()).done).to.deep.equal(chat)
    const sent = [right(await send(chats, chat.id, 'Привет 😀')), right(await send(chats, chat.id, 'null'))]
    right(await editMessage(chats, chat.id, 1, 'later', later(1)))
    const messages = right(await chats.messages(ANYBODY, chat.id, { limit: 10 })()).entries
    expect(messages.map(({ text }) => text)).to.deep.equal(['null', 'later'])
    expect(messages.map(({ createdAt }) => createdAt)).to.deep.equal([NOON, NOON])
    expect(messages[1]?.editedAt).to.deep.equal(later(1))
    const found = right(await chats.findMessage(ANYBODY, chat.id, sent[1]!.message.id)())
    expect(found).to.deep.equal(sent[1]?.message)
    expect(right(await journal.since(chat.id, 0 as never, 10)()).messages).to.deep.equal(messages)
    const [listed] = right(await chats.list(ANYBODY, { limit: 1 })()).entries
    expect(listed).to.deep.include({ title: 'Прощай, "null" \\', createdAt: chat.createdAt })
  }

  const settingOf = async (where: Connection, name: string) => {
    const { pool, close } = openDatabase(where)
    const { rows } = await pool.query<{ value: string }>('select current_setting($1) as value', [name])
    await close()
    // The order of day, month and year in what is written in ISO, and is read as nothing else, is the database's.
    return rows[0]?.value.replace(/^ISO,.*/, 'ISO')
  }

  for (const [name, value] of SETTINGS)
    it(`is ours where the database says ${name} = ${value}`, async () => {
      await adminOf(where, `alter database ${where.database} set ${name} = '${value}'`)
      await worksOn(await opened())
      expect(await settingOf(where, name)).to.equal(await settingOf(await aDatabase(), name))
    })

  it('is ours where the URL says otherwise, which still names the schema', async () => {
    await adminOf(where, 'create schema elsewhere')
    const options = '-c datestyle=German -csearch_path=elsewhere,public --TimeZone=Asia/Kathmandu'
    const query = new URLSearchParams({ options, lock_timeout: '1', statement_timeout: '1', query_timeout: '1' })
    await worksOn(await opened(`${urlOf(where)}&${query.toString()}`))
    const { rows } = await adminOf(where, `select to_regclass('elsewhere.chats') is null as absent`)
    expect(rows).to.deep.equal([{ absent: true }])
  })

  it('is refused where the tables are in a schema that it would not look in', async () => {
    await adminOf(where, 'create schema app; alter table chats set schema app; alter table messages set schema app')
    await adminOf(
      where,
      'alter table chat_keys set schema app; alter table members set schema app; alter table mikro_orm_migrations set schema app',
    )
    await adminOf(where, `alter database ${where.database} set search_path = app`)
    const refusal = await opened().catch(String)
    expect(refusal).to.match(/in the schema app.*options=-c%20search_path%3Dapp/)
    await worksOn(await opened(`${urlOf(where)}&options=-c%20search_path%3Dapp`))
  })

  it('writes settings as options so that they read the same', () => {
    const settings = { search_path: '"$user", public', datestyle: 'ISO', odd: 'a\\b c\td' }
    expect(ofOptions(asOptions(settings))).to.deep.equal(settings)
    expect(settingsAskedFor({ url: 'postgres://host/db' })).to.deep.equal({})
    expect(location({ url: 'postgres://host/db?sslmode=require' })).to.deep.equal({
      connectionString: 'postgres://host/db?sslmode=require',
    })
  })

  it('names the same database on another machine, and all else that was said of it', () => {
    const at = (url: string, host = 'db1', port = 5433) => elsewhere({ url }, host, port)
    expect(at('postgres://me:pa%40ss@host:5432/db?sslmode=require')).to.deep.equal({
      url: 'postgres://me:pa%40ss@db1:5433/db?sslmode=require',
    })
    expect(at('postgresql:///db?host=%2Ftmp%2Frun&port=1&options=-c%20a%3Db')).to.deep.equal({
      url: 'postgresql://db1:5433/db?options=-c+a%3Db',
    })
    expect(at('postgres://host/db', 'fd00::1')).to.deep.equal({ url: 'postgres://[fd00::1]:5433/db' })
    const apart = { host: '/tmp/run', port: 1, user: 'me', password: 'secret', database: 'db' }
    expect(elsewhere(apart, 'db1', 5433)).to.deep.equal({ ...apart, host: 'db1', port: 5433 })
  })
})

describe('A server that the service could not work with', () => {
  const refusal = async (url: string) =>
    openStorage(aConfig({ DATABASE_URL: url }), () => {}).then(
      () => 'opened',
      (error: unknown) => String(error),
    )

  it('is refused at the start when its database is not encoded in UTF-8', async () => {
    const where = await aDatabase()
    const database = `${where.database}_latin`
    await adminOf(
      where,
      `create database ${database} template template0 encoding 'LATIN1' locale_provider libc locale 'C'`,
    )
    expect(await refusal(urlOf({ ...where, database }))).to.match(/encoded in LATIN1.*encoding 'UTF8'/)
    await adminOf(where, `drop database ${database}`)
  })

  it('is refused at the start when its database is read-only', async () => {
    const where = await aDatabase()
    await adminOf(where, `alter database ${where.database} set default_transaction_read_only = on`)
    expect(await refusal(urlOf(where))).to.match(/read-only: .*alter database/)
  })

  const fit: ServerFacts = {
    version: 150_000,
    database: 'x',
    encoding: 'UTF8',
    isolation: 'read committed',
    isStandby: false,
    isReadOnly: false,
  }
  for (const [what, facts, reason] of [
    ['nothing is wrong with it', {}, undefined],
    ['it is older than 15', { version: 140_011 }, /^PostgreSQL 14 is too old: .*15 or later$/],
    ['its encoding keeps bytes as they come', { encoding: 'SQL_ASCII' }, /SQL_ASCII/],
    [
      'its transactions are of another kind',
      { isolation: 'serializable' },
      /serializable.*reset default_transaction_iso/,
    ],
    ['it is a standby', { isStandby: true, isReadOnly: true }, /standby.*primary/],
  ] as const)
    it(`says in one sentence whether it is unfit: ${what}`, () => {
      const said = unfitness({ ...fit, ...facts })
      if (reason === undefined) expect(said).to.equal(undefined)
      else expect(said).to.match(reason).and.not.include('\n')
    })
})
