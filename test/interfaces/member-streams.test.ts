import { expect } from 'chai'
import { type Client, clientOf } from '../client.ts'
import { aKeyOn, asUser, GUARDED } from '../credentials.ts'
import { releasing } from '../releasing.ts'
import { overEachStorage, served } from '../served.ts'
import { follow } from '../stream.ts'
import { until } from '../until.ts'
import { ALICE, memberRequests } from './member-requests.ts'

type Headers = Readonly<Record<string, string>>

const [BOB, CAROL] = [asUser('bob'), asUser('carol')]

describe('Members and event streams', () =>
  overEachStorage((storage) => {
    const hold = releasing(after)
    const cutting = releasing()
    let client: Client
    let members: ReturnType<typeof memberRequests>

    before(async () => {
      client = clientOf(hold(await served(await storage(), GUARDED), ({ stop }) => stop()).url)
      members = memberRequests(client)
    })

    const following = async (target: string, headers: Headers) =>
      cutting(await follow(client.url, target, { ...headers }), ({ cut }) => cut())

    it('are told of to whoever follows, as everything else is', async () => {
      const chat = await members.aChat(['bob'])
      const stream = await following(`${chat}/events?after=0`, BOB)
      // What is read is a member's own, and told to nobody by events.
      const putAs = async (role: string) => {
        const { read_message_id: _, ...told } = (await members.put(chat, 'carol', role)).json
        return told
      }
      const carol = await putAs('member')
      const raised = await putAs('moderator')
      await stream.received(2)
      await client.post(`${chat}/messages/`, { text: 'hello' }, CAROL)
      await members.remove(chat, 'carol', CAROL)
      const events = await stream.received(4)
      expect(events.map(({ id, event }) => [id, event])).to.deep.equal([
        ['1', 'member'],
        ['2', 'member'],
        ['3', 'message'],
        ['4', 'member'],
      ])
      expect([events[0]?.data, events[1]?.data]).to.deep.equal([carol, raised])
      const gone = events[3]?.data
      expect(gone?.['removed_at']).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      expect(gone).to.deep.equal({ ...raised, removed_at: gone?.['removed_at'], removed_by: 'carol' })
    })

    it('who are removed see that as the last event, and may not follow again; their other chats go on', async () => {
      const [chat, other] = [await members.aChat(['bob']), await members.aChat(['bob'])]
      const several = `/events?${[chat, other].map((one) => `chat_id=${one.split('/')[2]}`).join('&')}`
      const service = await aKeyOn(client, ['read', 'act'])
      const streams = [
        await following(`${chat}/events`, BOB),
        await following(`${chat}/events?on_behalf_of=bob`, service.headers),
      ]
      const both = await following(several, BOB)
      const alices = await following(`${chat}/events`, ALICE)
      await until(() => both.lastEventId() !== '')
      const place = both.lastEventId()
      expect(await members.remove(chat, 'bob')).to.equal(204)
      for (const text of ['not for bob', 'nor this']) await client.post(`${chat}/messages/`, { text }, ALICE)
      await client.post(`${other}/messages/`, { text: 'for bob' }, ALICE)
      for (const stream of streams) {
        await stream.ended
        expect(stream.events.map(({ id, event }) => [id, event])).to.deep.equal([['1', 'member']])
        expect(stream.events[0]?.data).to.include({ user_id: 'bob', removed_by: 'alice' })
      }
      const told = await both.received(2)
      await alices.received(3)
      expect(told.map(({ event, data }) => [event, data['user_id'] ?? data['text']])).to.have.deep.members([
        ['member', 'bob'],
        ['message', 'for bob'],
      ])
      await client.post(`${other}/messages/`, { text: 'and this' }, ALICE)
      expect((await both.received(3)).at(-1)?.data).to.include({ text: 'and this' })

      const resumed = { ...BOB, accept: 'text/event-stream', 'last-event-id': '0' }
      expect((await client.get(`${chat}/events`, resumed)).status).to.equal(404)
      const again = await following(several, { ...BOB, 'last-event-id': place })
      const [first, ...rest] = await again.received(3)
      expect([first?.event, first?.data]).to.deep.equal(['chat_deleted', { id: Number(chat.split('/')[2]) }])
      expect(rest.map(({ data }) => data['text'])).to.deep.equal(['for bob', 'and this'])
    })

    it('strangers to a private chat lose its stream with the event that made it private', async () => {
      const chat = await members.aChat([], { visibility: 'public' })
      const [strangers, alices] = [await following(`${chat}/events`, BOB), await following(`${chat}/events`, ALICE)]
      await client.post(`${chat}/messages/`, { text: 'hello' }, BOB)
      await strangers.received(1)
      await client.patch(chat, { visibility: 'private' }, ALICE)
      await client.post(`${chat}/messages/`, { text: 'among us' }, ALICE)
      await strangers.ended
      await alices.received(3)
      expect(strangers.events.map(({ event }) => event)).to.deep.equal(['message', 'chat'])
      expect((await client.post(`${chat}/messages/`, { text: 'hello' }, BOB)).status).to.equal(404)
    })
  }))
