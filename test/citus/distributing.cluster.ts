import { expect } from 'chai'
import { besideChats } from '../../src/infrastructure/postgres/distribution/beside-chats.ts'
import { createClient } from '../../src/client/index.ts'
import { openDatabase } from '../../src/infrastructure/postgres/database/database.ts'
import { distribute } from '../../src/infrastructure/postgres/distribution/distribute.ts'
import { migrate } from '../../src/infrastructure/postgres/migrations/migrate.ts'
import { MIGRATIONS } from '../../src/infrastructure/postgres/migrations/migration-names.ts'
import type { Messenger } from '../../src/messenger.ts'
import { openStorage } from '../../src/storage.ts'
import { releasing } from '../releasing.ts'
import { aConfig, served } from '../served.ts'
import { aSpreadDatabase, clusterUrl, onCluster, withoutTables } from './cluster.ts'
import { post } from './senders.ts'

/** The newest when tables were first spread: no cluster has less, and whatever came later is applied to spread tables, too. */
const FIRST_SPREAD = 'Migration20261129110000_more_than_text'

const spreadIt = async () => {
  const database = openDatabase({ url: clusterUrl() })
  try {
    return await distribute(database)
  } finally {
    await database.close()
  }
}

describe('Spreading a database over a cluster', () => {
  const hold = releasing()
  const aMessenger = async () => served(await openStorage(aConfig({ DATABASE_URL: clusterUrl() }), () => {}))
  const aService = async () => hold(await aMessenger(), ({ stop }) => stop())

  const clientOf = ({ url }: Messenger) => createClient({ baseUrl: url })

  /** What is to be seen of everything. */
  const seen = async (messenger: Messenger) => {
    const client = clientOf(messenger)
    const { entries: chats } = await client.listChats()
    return {
      chats,
      messages: await Promise.all(chats.map(async ({ id }) => (await client.listMessages(id)).entries)),
      members: await Promise.all(chats.map(async ({ id }) => (await client.listMembers(id)).entries)),
      reactors: (await client.listReactors(1, 1, '❤')).entries,
      inbox: (await client.getInbox('ada')).entries,
      unread: await client.getUnread('bob'),
    }
  }

  it('takes along all that is in it, and what was done under keys', async () => {
    await withoutTables()
    const plain = await aMessenger()
    const client = clientOf(plain)
    const opening = { title: 'kept', members: [{ user_id: 'ada', role: 'owner' }] }
    const opened = await post(plain, '/chats/', opening, 'opened')
    expect([opened.status, opened.body.id]).to.deep.equal([201, 1])
    for (let n = 2; n <= 20; n++)
      await client.createChat({
        title: `chat ${n}`,
        members: ['ada', 'bob'].map((user_id) => ({ user_id, role: 'member' as const })),
      })
    for (let n = 1; n <= 20; n++)
      for (let m = 1; m <= 3; m++) await client.as('ada').sendMessage(n, { text: `message ${m}` })
    const sent = await post(plain, '/chats/1/messages/', { text: 'under a key' }, 'sent')
    await client.as('ada').addReaction(1, 1, '❤')
    await client.deleteMessage(2, 2)
    await client.moveReadMarker(3, 'bob', { message_id: 1 })
    const before = await seen(plain)
    await plain.stop()

    expect(await spreadIt()).to.equal(true)
    expect(await spreadIt()).to.equal(false)
    const spread = await aService()
    expect(await seen(spread)).to.deep.equal(before)
    expect(await post(spread, '/chats/', opening, 'opened')).to.deep.equal(opened)
    expect(await post(spread, '/chats/1/messages/', { text: 'under a key' }, 'sent')).to.deep.equal(sent)
    expect((await post(spread, '/chats/', { title: 'next' }, 'next')).body.id).to.be.within(21, 25)
  })

  it('frees the key of a chat that goes', async () => {
    await (await aSpreadDatabase()).close()
    const messenger = await aService()
    const { body: first } = await post(messenger, '/chats/', { title: 'one' }, 'key')
    await clientOf(messenger).deleteChat(first.id)
    const { status, body } = await post(messenger, '/chats/', { title: 'another' }, 'key')
    expect(status).to.equal(201)
    expect(body.id).to.be.above(first.id)
  })

  it('leaves nothing of the rows where they were', async () => {
    await withoutTables()
    const database = hold(openDatabase({ url: clusterUrl() }), ({ close }) => close())
    await migrate(database)
    await onCluster(`insert into chats (title, created_at, updated_at, last_message_id, revision, changed_at_revision)
      values ('a chat', now(), now(), 0, 0, 0)`)
    await distribute(database)
    expect(await onCluster(`select pg_relation_size('chats')::int as bytes`)).to.deep.equal([{ bytes: 0 }])
    expect(await onCluster('select title from chats')).to.deep.equal([{ title: 'a chat' }])
  })

  describe('before later migrations', () => {
    for (const [index, name] of MIGRATIONS.entries())
      if (name >= FIRST_SPREAD)
        it(`lets all that come after ${name} be applied`, async () => {
          await withoutTables()
          const database = hold(openDatabase({ url: clusterUrl() }), ({ close }) => close())
          const { migrator } = await database.orm()
          for (const earlier of MIGRATIONS.slice(0, index + 1)) await migrator.up({ migrations: [earlier] })
          await distribute(database, undefined, { bringUpToDate: async () => {} })
          expect(await migrate(database)).to.deep.equal(MIGRATIONS.slice(index + 1))
        })

    it('has a table that one makes put beside the chats', async () => {
      const database = hold(await aSpreadDatabase(), ({ close }) => close())
      hold(undefined, () => onCluster('drop table if exists pins'))
      await onCluster(
        'create table pins (chat_id bigint not null, message_id bigint not null, primary key (chat_id, message_id))',
      )
      await onCluster(besideChats('pins'))
      await onCluster(`alter table pins add constraint pins_chat_id_foreign
        foreign key (chat_id) references chats (id) on delete cascade`)
      const { rows } = await database.pool.query(`
        select count(distinct colocationid)::int as places from pg_dist_partition
        where logicalrelid in ('chats'::regclass, 'pins'::regclass)`)
      expect(rows).to.deep.equal([{ places: 1 }])
    })
  })
})
