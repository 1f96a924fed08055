import { expect } from 'chai'
import { Client } from 'pg'
import type { Messenger } from '../../src/messenger.ts'
import { openStorage } from '../../src/storage.ts'
import { type ChatEvent, createClient } from '../../src/client/index.ts'
import { aChatOn, type ChatBody, clientOf } from '../client.ts'
import { upTo } from '../fixtures.ts'
import { aDatabase, urlOf } from '../postgres.ts'
import { releasing } from '../releasing.ts'
import { aConfig, memoryStorage, served } from '../served.ts'
import { follow, type Stream } from '../stream.ts'
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

/** A user's inbox on a messenger, followed and resumed. */
const inboxOn = (url: string) => {
  const client = clientOf(url)
  const members = [{ user_id: 'ada', role: 'member' }]
  const opened = async () => (await client.post<ChatBody>('/chats/', { title: 'Plates', members })).json.id
  return {
    opened,
    send: async (chat: number) => void (await client.post(`/chats/${chat}/messages/`, { text: 'hello' })),
    followed: (after: string) => follow(url, `/users/ada/inbox/events?after=${after}`),
  }
}

const entriesIn = ({ events }: Stream) =>
  events.filter(({ event }) => event === 'entry').map(({ data }) => (data['chat'] as { readonly id: number }).id)

describe('A messenger that keeps nothing, started again,', () => {
  const hold = releasing()
  const started = async () => inboxOn(hold(await served(memoryStorage()), ({ stop }) => stop()).url)
  const following = async ({ followed }: Awaited<ReturnType<typeof started>>, after: string) =>
    hold(await followed(after), ({ cut }) => cut())

  it('tells everything to who resumes an inbox of before, however much happened in it since', async () => {
    const earlier = await started()
    const chat = await earlier.opened()
    for (const _ of upTo(5)) await earlier.send(chat)
    const stream = await following(earlier, '0')
    await until(() => entriesIn(stream).length === 1)
    const later = await started()
    const chats = [await later.opened(), await later.opened()]
    for (const _ of upTo(10)) await later.send(chats[0] as number)
    const resumed = await following(later, stream.lastEventId())
    await until(() => entriesIn(resumed).length > 0)
    expect(new Set(entriesIn(resumed))).to.deep.equal(new Set(chats))
  })
})
