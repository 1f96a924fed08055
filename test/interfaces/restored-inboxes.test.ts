import { readFile } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { expect } from 'chai'
import { openStorage } from '../../src/storage.ts'
import { type ChatBody, clientOf } from '../client.ts'
import { upTo } from '../fixtures.ts'
import { adminOf, aDatabase, urlOf } from '../postgres.ts'
import { releasing } from '../releasing.ts'
import { aConfig, memoryStorage, served } from '../served.ts'
import { follow, type Stream } from '../stream.ts'
import { until } from '../until.ts'

/** A chat of a user, and its inbox, on a messenger. */
const inboxOn = (url: string) => {
  const client = clientOf(url)
  const members = [{ user_id: 'ada', role: 'member' }]
  const opened = async () => (await client.post<ChatBody>('/chats/', { title: 'Plates', members })).json.id
  return {
    opened,
    send: (chat: number) => client.post(`/chats/${chat}/messages/`, { text: 'hello' }),
    followed: (after: string) => follow(url, `/users/ada/inbox/events?after=${after}`),
  }
}

const entriesIn = ({ events }: Stream) =>
  events
    .filter(({ event }) => event === 'entry')
    .map(({ data }) => data as unknown as { readonly chat: { readonly id: number }; readonly unread: number })

const unreadIn = (stream: Stream) => (chat: number) =>
  entriesIn(stream).findLast((entry) => entry.chat.id === chat)?.unread

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
    expect(new Set(entriesIn(resumed).map(({ chat: { id } }) => id))).to.deep.equal(new Set(chats))
  })
})

describe('A backup of yesterday that is restored as the README says', () => {
  const hold = releasing()
  const statement = async () => {
    const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
    return /`(update chats [^`]+)`/.exec(readme)?.[1] ?? ''
  }
  /** Two servers: where the user is connected, it is told on whichever stream it has there. */
  const onPostgres = async () => {
    const where = await aDatabase()
    const aServer = async () => {
      const storage = await openStorage(aConfig({ DATABASE_URL: urlOf(where) }), () => {})
      return hold(await served(storage), ({ stop }) => stop()).url
    }
    const [url, another] = [await aServer(), await aServer()]
    return { sql: (text: string) => adminOf(where, text), url, here: inboxOn(url), there: inboxOn(another) }
  }

  it('has who resumes an inbox told every entry; who is connected is told of those that went back', async () => {
    const { sql, url, here, there } = await onPostgres()
    const { opened, send } = here
    const following = async ({ followed }: typeof here, after: string) =>
      hold(await followed(after), ({ cut }) => cut())
    const [changed, read] = [await opened(), await opened()]
    for (const chat of [changed, read]) await send(chat)
    await sql(`update chats set touched_at = touched_at - interval '1 day'`)
    await sql(`update members set marked_at = marked_at - interval '1 day'`)
    for (const table of ['chats', 'messages', 'members']) await sql(`create table backup_${table} as table ${table}`)

    await send(changed)
    await clientOf(url).request('PUT', `/chats/${read}/members/ada/read`, {
      headers: { 'content-type': 'application/json' },
      body: '{"message_id":1}',
    })
    const [away, connected] = [await following(there, '0'), await following(here, '0')]
    const isTold = (stream: Stream, ...unread: readonly number[]) =>
      until(() => isDeepStrictEqual([changed, read].map(unreadIn(stream)), unread))
    for (const stream of [away, connected]) await isTold(stream, 2, 0)
    away.cut()
    await sql(`
      begin; delete from members; delete from messages; delete from chats;
      insert into chats select * from backup_chats; insert into messages select * from backup_messages;
      insert into members select * from backup_members;
      ${await statement()}; commit`)

    const resumed = await following(there, away.lastEventId())
    await isTold(resumed, 1, 1)
    await isTold(connected, 1, 1)
  })
})
