import { expect } from 'chai'
import { ChatTitle } from '../../../src/domain/chat/chat.ts'
import { MessageText } from '../../../src/domain/chat/message.ts'
import { Reaction } from '../../../src/domain/chat/reaction.ts'
import { Metadata } from '../../../src/domain/metadata.ts'
import { type Database, openDatabase } from '../../../src/infrastructure/postgres/database/database.ts'
import { MIGRATIONS } from '../../../src/infrastructure/postgres/migrations/migration-names.ts'
import { migrate } from '../../../src/infrastructure/postgres/migrations/migrate.ts'
import { ANYBODY, UserId } from '../../../src/domain/caller.ts'
import { post } from '../../../src/domain/chat/message-decisions.ts'
import { react } from '../../../src/domain/chat/reaction-decisions.ts'
import { postgresChats } from '../../../src/infrastructure/postgres/chats.ts'
import { aChatId, aMessageId, aText, aUser, NOON, right } from '../../fixtures.ts'
import { anEmptyDatabase, anOpenDatabase } from '../../postgres.ts'
import { releasing } from '../../releasing.ts'

describe('The tables', () => {
  let database: Database

  before(async () => {
    database = await anOpenDatabase()
  })
  after(() => database.close())

  const insert = (table: string, row: Record<string, unknown>) =>
    database.pool
      .query(
        `insert into ${table} (${Object.keys(row).join(', ')}) values (${Object.keys(row)
          .map((_, n) => `$${n + 1}`)
          .join(', ')}) returning id`,
        Object.values(row),
      )
      .then(
        ({ rows }) => Number((rows[0] as { id: string }).id),
        (error: unknown) => (error as { constraint?: string; code?: string }).constraint ?? 'refused',
      )
  const at = new Date()
  const chat = {
    title: 'x',
    created_at: at,
    updated_at: at,
    last_message_id: 0,
    revision: 0,
    changed_at_revision: 0,
    access_revision: 0,
  }
  const message = { id: 1, text: 'x', created_at: at, revision: 1 }

  it('are what the migrations make of them, and what the entities say: no drift', async () => {
    expect(await (await database.orm()).migrator.checkSchema()).to.equal(false)
  })

  it('keep the limits of the domain, counted as the domain counts', async () => {
    expect(await insert('chats', { ...chat, title: '😀'.repeat(ChatTitle.LIMIT) })).to.be.a('number')
    expect(await insert('chats', { ...chat, title: 'x'.repeat(ChatTitle.LIMIT + 1) })).to.equal('chats_title_check')
    expect(await insert('chats', { ...chat, title: '' })).to.equal('chats_title_check')
    const chat_id = await insert('chats', chat)
    const long = '😀'.repeat(MessageText.LIMIT)
    expect(await insert('messages', { ...message, chat_id, text: `${long}x` })).to.equal('messages_text_check')
    expect(await insert('messages', { ...message, chat_id, text: '' })).to.equal('messages_text_check')
    expect(await insert('messages', { ...message, chat_id, text: long })).to.equal(1)
  })

  it('keep as much metadata, as long reactions and such answers as the domain does', async () => {
    const ofBytes = (bytes: number) => JSON.stringify({ a: 'é'.repeat((bytes - 8) / 2) })
    const [most, more] = [ofBytes(Metadata.MOST_BYTES), `${ofBytes(Metadata.MOST_BYTES)} `]
    expect(Buffer.byteLength(most)).to.equal(Metadata.MOST_BYTES)
    expect(await insert('chats', { ...chat, metadata: more })).to.equal('chats_metadata_check')
    const chat_id = await insert('chats', { ...chat, metadata: most })
    expect(await insert('messages', { ...message, chat_id, metadata: more })).to.equal('messages_metadata_check')
    expect(await insert('messages', { ...message, chat_id, metadata: most })).to.equal(1)
    const second = { ...message, chat_id, id: 2, revision: 2 }
    for (const reply_to of [0, 2, 3])
      expect(await insert('messages', { ...second, reply_to }), 'not to an earlier one').to.equal(
        'messages_reply_to_check',
      )
    expect(await insert('messages', { ...second, reply_to: 1 })).to.equal(2)
    const reacted = (reaction: string, user_id = 'bob') =>
      database.pool.query('insert into reactions values ($1, 1, $2, $3)', [chat_id, reaction, user_id]).then(
        () => 'kept',
        (error: unknown) => (error as { constraint?: string }).constraint,
      )
    expect(await reacted('😀'.repeat(Reaction.LIMIT))).to.equal('kept')
    expect(await reacted('😀'.repeat(Reaction.LIMIT + 1))).to.equal('reactions_reaction_check')
    expect(await reacted('')).to.equal('reactions_reaction_check')
    expect(await reacted('ok', 'x'.repeat(UserId.LIMIT))).to.equal('kept')
    expect(await reacted('ok', 'x'.repeat(UserId.LIMIT + 1))).to.equal('reactions_user_id_check')
    expect(await reacted('ok', 'x'.repeat(UserId.LIMIT))).to.equal('reactions_pkey')
  })

  it('refuse counters that run backwards, ids of nothing, and a number or a revision taken twice', async () => {
    expect(await insert('chats', { ...chat, last_message_id: 1 })).to.equal('chats_counters_check')
    expect(await insert('chats', { ...chat, changed_at_revision: 1 })).to.equal('chats_counters_check')
    expect(await insert('chats', { ...chat, id: 0 })).to.equal('chats_id_check')
    const chat_id = await insert('chats', chat)
    expect(await insert('messages', { ...message, chat_id, id: 0 })).to.equal('messages_id_check')
    expect(await insert('messages', { ...message, chat_id, id: 2 })).to.equal('messages_id_check')
    expect(await insert('messages', { ...message, chat_id, revision: 3 })).to.equal(1)
    const second = { ...message, chat_id, id: 2 }
    expect(await insert('messages', { ...second, revision: 3 })).to.equal('messages_chat_id_revision_unique')
    expect(await insert('messages', { ...second, revision: 4 })).to.equal(2)
    expect(await insert('messages', { ...second, revision: 5 })).to.equal('messages_pkey')
    const elsewhere = { ...message, chat_id: await insert('chats', chat) }
    expect(await insert('messages', { ...elsewhere, revision: 3 }), 'in another chat').to.equal(1)
  })

  it('refuse a key taken twice in a chat, and take it in another', async () => {
    const [chat_id, other] = [await insert('chats', chat), await insert('chats', chat)]
    const keyed = { ...message, idempotency_key: 'key', fingerprint: 'x', posted_revision: 1 }
    expect(await insert('messages', { ...keyed, chat_id })).to.equal(1)
    const taken = 'messages_chat_id_idempotency_key_unique'
    expect(await insert('messages', { ...keyed, chat_id, id: 2, revision: 2 })).to.equal(taken)
    expect(await insert('messages', { ...keyed, chat_id: other })).to.equal(1)
    for (const id of [3, 4]) expect(await insert('messages', { ...message, chat_id, id, revision: id })).to.equal(id)
  })

  it('keep nothing that was said on a tombstone, and no tombstone with a text', async () => {
    const chat_id = await insert('chats', chat)
    expect(await insert('messages', { ...message, chat_id, text: null })).to.equal('messages_text_check')
    expect(await insert('messages', { ...message, chat_id, deleted_at: at })).to.equal('messages_text_check')
    for (const said of [{ metadata: '{"a":1}' }, { reactions: '[]' }])
      expect(await insert('messages', { ...message, chat_id, text: null, deleted_at: at, ...said })).to.equal(
        'messages_said_check',
      )
    expect(await insert('messages', { ...message, chat_id, text: null, deleted_at: at })).to.equal(1)
  })

  it('refuse a key without a name, with half a digest, or with the digest of another', async () => {
    const key = { digest: 'x'.repeat(43), name: '😀'.repeat(200), prefix: 'msgr_', scopes: 'read', created_at: at }
    expect(await insert('api_keys', key)).to.be.a('number')
    expect(await insert('api_keys', key)).to.equal('api_keys_digest_unique')
    const other = { ...key, digest: 'y'.repeat(43) }
    expect(await insert('api_keys', { ...other, name: '' })).to.equal('api_keys_name_check')
    expect(await insert('api_keys', { ...other, name: 'x'.repeat(201) })).to.equal('api_keys_name_check')
    expect(await insert('api_keys', { ...other, digest: 'y' })).to.equal('api_keys_digest_check')
    expect(await insert('api_keys', { ...other, id: 0 })).to.equal('api_keys_id_check')
  })

  it('refuse a message of no chat, and delete the messages with their chat', async () => {
    expect(await insert('messages', { ...message, chat_id: 99_999 })).to.equal('messages_chat_id_foreign')
    const chat_id = await insert('chats', chat)
    await insert('messages', { ...message, chat_id })
    await database.pool.query('delete from chats where id = $1', [chat_id])
    const { rowCount } = await database.pool.query('select from messages where chat_id = $1', [chat_id])
    expect(rowCount).to.equal(0)
  })
})

describe('Migrating', () => {
  const hold = releasing()

  it('happens once when several servers start together', async () => {
    const connection = await anEmptyDatabase()
    const servers = [1, 2, 3].map(() => hold(openDatabase(connection), ({ close }) => close()))
    const applied = await Promise.all(servers.map((server) => migrate(server)))
    expect(applied.flat()).to.deep.equal(MIGRATIONS)
    expect(await migrate(servers[0]!)).to.deep.equal([])
  })

  it('takes what was there for read, and chats for active when a message was last sent', async () => {
    const database = hold(await anOpenDatabase(), ({ close }) => close())
    const { pool } = database
    // As it was before anybody's reading was known.
    await pool.query(`
      alter table chats drop column active_at, drop column touched_at;
      alter table members drop column read_message_id, drop column marked_at;
      drop index messages_deleted_index;
      delete from mikro_orm_migrations where name like '%_reading';
      insert into chats (id, title, created_at, updated_at, last_message_id, revision, changed_at_revision)
      values (1, 'written to', '2026-01-01', '2026-01-09', 2, 3, 3), (2, 'silent', '2026-01-02', '2026-01-09', 0, 1, 1);
      insert into messages (chat_id, id, text, created_at, revision)
      values (1, 1, 'x', '2026-01-03', 1), (1, 2, 'x', '2026-01-04', 2);
      insert into members (chat_id, user_id, role, joined_at, revision)
      values (1, 'bob', 'member', '2026-01-01', 0), (2, 'bob', 'member', '2026-01-02', 0)`)
    expect(await migrate(database)).to.deep.equal(MIGRATIONS.filter((name) => name.endsWith('_reading')))
    const { rows } = await pool.query(`
      select to_char(c.active_at, 'DD')::int as active, u.read_message_id::int as marker
      from chats c join members u on u.chat_id = c.id order by c.id`)
    expect(rows).to.deep.equal([
      { active: 4, marker: 2 },
      { active: 2, marker: 0 },
    ])
    expect(await (await database.orm()).migrator.checkSchema()).to.equal(false)
  })

  it('takes chats and messages along as they were before there was more than text', async () => {
    const database = hold(await anOpenDatabase(), ({ close }) => close())
    const { pool } = database
    // As it was before replies, metadata and reactions.
    await pool.query(`
      drop table reactions;
      alter table chats drop column metadata;
      alter table messages drop column reply_to, drop column metadata, drop column reactions;
      delete from mikro_orm_migrations where name like '%_more_than_text';
      insert into chats (id, title, created_at, updated_at, active_at, last_message_id, revision, changed_at_revision)
      values (1, 'of before', '2026-01-01', '2026-01-09', '2026-01-09', 3, 4, 0);
      insert into messages (chat_id, id, text, created_at, revision, deleted_at)
      values (1, 1, 'x', '2026-01-03', 1, null), (1, 2, null, '2026-01-04', 4, '2026-01-09'), (1, 3, 'y', '2026-01-05', 3, null)`)
    expect(await migrate(database)).to.deep.equal(MIGRATIONS.filter((name) => name.endsWith('_more_than_text')))
    expect(await (await database.orm()).migrator.checkSchema()).to.equal(false)

    const chats = postgresChats(database)
    const id = aChatId(1)
    const before = right(await chats.messages(ANYBODY, id, { limit: 10 })())
    expect(before.chat).to.deep.include({ title: 'of before', metadata: {}, revision: 4 })
    expect(before.entries).to.containSubset([
      { id: 3, text: 'y', replyTo: null, metadata: {}, reactions: [] },
      { id: 1, text: 'x', replyTo: null, metadata: {}, reactions: [] },
    ])
    const [bob, messageId, reaction] = [aUser('bob'), aMessageId(3), '❤' as Reaction]
    await pool.query(
      `insert into members (chat_id, user_id, role, joined_at, revision) values (1, 'bob', 'member', now(), 0)`,
    )
    right(await chats.decide(bob, { chatId: id, messageId, reaction }, react(bob, { messageId, reaction, at: NOON }))())
    const draft = { text: aText(), replyTo: aMessageId(1), metadata: { a: 1 } as never }
    right(await chats.decide(bob, { chatId: id, replyTo: draft.replyTo }, post(bob, draft, NOON))())
    const { entries } = right(await chats.messages(bob, id, { limit: 10 })())
    expect(entries).to.containSubset([
      { id: 4, replyTo: 1, metadata: { a: 1 } },
      { id: 3, text: 'y', reactions: [{ reaction: '❤', count: 1 }] },
    ])
    expect(entries[2]).to.deep.equal(before.entries[1])
  })

  it('is refused on a database that a newer version migrated', async () => {
    const database = hold(await anOpenDatabase(), ({ close }) => close())
    await database.pool.query(`insert into mikro_orm_migrations (name) values ('Migration29991231235959_later')`)
    const outcome = await migrate(database).then(
      () => 'migrated',
      (error: unknown) => String(error),
    )
    expect(outcome).to.match(/newer than this service.*Migration29991231235959_later/)
  })
})
