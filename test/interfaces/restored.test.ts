import { expect } from 'chai'
import { Client } from 'pg'
import type { Messenger } from '../../src/messenger.ts'
import { openStorage } from '../../src/storage.ts'
import { type ChatEvent, createClient } from '../../src/client/index.ts'
import { aChatOn, clientOf } from '../client.ts'
import { aDatabase, urlOf } from '../postgres.ts'
import { aConfig, served } from '../served.ts'
import { follow } from '../stream.ts'
import { until } from '../until.ts'

describe('A backup that is restored under a running server', () => {
  let messenger: Messenger
  let database: Client

  before(async () => {
    const connection = await aDatabase()
    database = new Client(connection)
    await database.connect()
    messenger = await served(await openStorage(aConfig({ DATABASE_URL: urlOf(connection) }), () => {}))
  })
  after(async () => {
    await database.end()
    await messenger.stop()
  })

  /** As `pg_restore --clean --single-transaction`: what came after the backup is gone, and nobody rings. */
  const restoring = async () => {
    await database.query('create table backup_chats as table chats; create table backup_messages as table messages')
    return () =>
      database.query(`
        begin;
        delete from messages; delete from chats;
        insert into chats select * from backup_chats; insert into messages select * from backup_messages;
        drop table backup_chats, backup_messages;
        commit`)
  }

  it('ends the streams of those who were told more; they begin anew, with what is there', async () => {
    const client = clientOf(messenger.url)
    const chat = await aChatOn(client)
    for (const text of ['one', 'two']) await client.post(`${chat}/messages/`, { text })
    const restore = await restoring()
    const stream = await follow(messenger.url, `${chat}/events`)
    const told: ChatEvent[] = []
    const controller = new AbortController()
    const number = Number(chat.split('/')[2])
    const following = (async () => {
      const { signal } = controller
      for await (const event of createClient({ baseUrl: messenger.url }).follow(number, { after: 0, signal }))
        told.push(event)
    })()
    await client.post(`${chat}/messages/`, { text: 'three' })
    await stream.received(1)
    await until(() => told.length === 3)

    await restore()
    await stream.ended
    const refused = await client.get(`${chat}/events`, {
      accept: 'text/event-stream',
      'last-event-id': stream.lastEventId(),
    })
    expect([refused.status, refused.json.errors?.[0]?.code]).to.deep.equal([422, 'out_of_range'])

    await until(() => told.length >= 6)
    await client.post(`${chat}/messages/`, { text: 'another' })
    await until(() => told.length >= 7)
    controller.abort()
    await following
    expect(
      told.map((event) =>
        event.type === 'message' && 'text' in event.message ? event.message.text : `${event.type} ${event.position}`,
      ),
    ).to.deep.equal(['one', 'two', 'three', 'chat_restored undefined', 'one', 'two', 'another'])
  })
})
