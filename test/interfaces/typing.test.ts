import { expect } from 'chai'
import type { Storage } from '../../src/composition/storage.ts'
import type { ChatId } from '../../src/domain/identity.ts'
import { type Client, clientOf } from '../client.ts'
import { aKeyOn, asRoot, asUser, GUARDED } from '../credentials.ts'
import { releasing } from '../releasing.ts'
import { brokenStorage, overEachStorage, served } from '../served.ts'
import { aReading } from '../signals.ts'
import { type Event, follow } from '../stream.ts'
import { until } from '../until.ts'
import { ALICE, memberRequests } from './member-requests.ts'

type Headers = Readonly<Record<string, string>>

const [BOB, CAROL] = [asUser('bob'), asUser('carol')]
/** For how long a user types: more than a second, in which it is not even sent twice. */
const TYPES_MS = 1500

const idOf = (chat: string) => Number(chat.split('/')[2])

describe('Typing and reading', () =>
  overEachStorage((storage) => {
    const hold = releasing(after)
    const cutting = releasing()
    let kept: Storage
    let client: Client
    let members: ReturnType<typeof memberRequests>

    before(async () => {
      kept = await storage()
      client = clientOf(hold(await served(kept, GUARDED), ({ stop }) => stop()).url)
      members = memberRequests(client)
    })

    const following = async (target: string, headers: Headers) =>
      cutting(await follow(client.url, target, { ...headers }), ({ cut }) => cut())
    const type = async (chat: string, headers: Headers) => {
      const { status, text } = await client.request('POST', `${chat}/typing`, { headers })
      expect(text === '').to.equal(status === 204)
      return status
    }
    const read = (chat: string, user: string, upTo: number) =>
      kept.signals.send(aReading(upTo, { chatId: idOf(chat) as ChatId, user }))
    const told = (events: readonly Event[]) => events.map(({ event, data }) => ({ event, data }))
    const typing = (chat: string, user: string) => ({ event: 'typing', data: { chat_id: idOf(chat), user_id: user } })

    it('are told to every member and service that follows, whoever does it, and to no stranger', async () => {
      const chat = await members.aChat(['bob'], { visibility: 'public' })
      const several = `/events?chat_id=${idOf(chat)}`
      const streams = [
        await following(`${chat}/events`, ALICE),
        await following(`${chat}/events`, BOB),
        await following(several, BOB),
        await following(`${chat}/events`, asRoot),
        await following(`${chat}/events`, {
          ...(await aKeyOn(client, ['read', 'act'])).headers,
          'on-behalf-of': 'bob',
        }),
      ]
      const strangers = [await following(`${chat}/events`, CAROL), await following(several, CAROL)]
      expect([await type(chat, BOB), await type(chat, CAROL)]).to.deep.equal([204, 204])
      for (const stream of streams)
        expect(told(await stream.received(2))).to.have.deep.members([typing(chat, 'bob'), typing(chat, 'carol')])
      read(chat, 'alice', 7)
      const reading = { event: 'read', data: { chat_id: idOf(chat), user_id: 'alice', read_message_id: 7 } }
      for (const stream of streams) expect(told(await stream.received(3)).at(-1)).to.deep.equal(reading)
      await client.post(`${chat}/messages/`, { text: 'hello' }, ALICE)
      for (const stream of [...streams, ...strangers]) await until(() => stream.events.at(-1)?.event === 'message')
      for (const stream of strangers) expect(stream.events).to.have.length(1)
    })

    it('move nobody’s place: a client that resumes is told of the messages since, and of no signals', async () => {
      const [chat, other] = [await members.aChat(['bob']), await members.aChat(['bob'])]
      const several = `/events?chat_id=${idOf(chat)}&chat_id=${idOf(other)}`
      for (const target of [`${chat}/events`, several]) {
        const stream = await following(target, BOB)
        await client.post(`${chat}/messages/`, { text: 'before' }, ALICE)
        await stream.received(1)
        const place = stream.lastEventId()
        read(chat, 'alice', 1)
        const [, signal] = await stream.received(2)
        expect([signal?.event, signal?.id, stream.lastEventId()]).to.deep.equal(['read', place, place])
        if (target === several) await client.post(`${other}/messages/`, { text: 'elsewhere' }, ALICE)
        await client.post(`${chat}/messages/`, { text: 'after' }, ALICE)
        await stream.received(target === several ? 4 : 3)
        stream.cut()
        const again = await following(target, { ...BOB, 'last-event-id': place })
        await until(() => again.events.at(-1)?.data['text'] === 'after' || again.events.length > 1)
        const texts = (await again.received(target === several ? 2 : 1)).map(({ data }) => data['text'])
        expect(texts).to.have.members(target === several ? ['elsewhere', 'after'] : ['after'])
      }
    })

    it('are blocks of an event and its data, and nothing else', async () => {
      const chat = await members.aChat()
      for (const target of [`${chat}/events`, `/events?chat_id=${idOf(chat)}`]) {
        const stop = new AbortController()
        const { body } = await fetch(client.url + target, { headers: ALICE, signal: stop.signal })
        let text = ''
        for await (const chunk of body ?? []) {
          text += Buffer.from(chunk).toString()
          if (text.includes('event: read')) break
          read(chat, 'alice', 0)
        }
        stop.abort()
        const block = `event: read\ndata: {"chat_id":${idOf(chat)},"user_id":"alice","read_message_id":0}`
        expect(text.split('\n\n')).to.include(block)
      }
    })

    it('are told no more to who was removed, whose stream ended with that', async () => {
      const [chat, other] = [await members.aChat(['bob']), await members.aChat(['bob'])]
      const alone = await following(`${chat}/events`, BOB)
      const both = await following(`/events?chat_id=${idOf(chat)}&chat_id=${idOf(other)}`, BOB)
      const alices = await following(`${chat}/events`, ALICE)
      expect(await members.remove(chat, 'bob')).to.equal(204)
      expect(await type(chat, BOB)).to.equal(404)
      expect(await type(chat, ALICE)).to.equal(204)
      await until(() => alices.events.length === 2)
      expect(await type(other, ALICE)).to.equal(204)
      await both.received(2)
      await alone.ended
      expect(alone.events.map(({ event }) => event)).to.deep.equal(['member'])
      expect(told(both.events).at(-1)).to.deep.equal(typing(other, 'alice'))
      expect(both.events.map(({ event }) => event)).to.deep.equal(['member', 'typing'])
    })

    it('is told of once, however often a user types within a moment, in each chat', async () => {
      const [chat, other] = [await members.aChat(['bob']), await members.aChat()]
      const stream = await following(`/events?chat_id=${idOf(chat)}&chat_id=${idOf(other)}`, ALICE)
      await type(other, ALICE)
      const began = performance.now()
      for (let times = 1; performance.now() - began < TYPES_MS; times++) {
        await type(chat, BOB)
        read(chat, 'alice', times)
        await until(() => stream.events.filter(({ event }) => event === 'read').length === times)
      }
      const typists = stream.events.flatMap(({ event, data }) => (event === 'typing' ? [data['user_id']] : []))
      expect(typists.filter((user) => user === 'alice')).to.have.length(1)
      const most = 1 + Math.floor((performance.now() - began) / 3000)
      expect(typists.filter((user) => user === 'bob').length).to.be.within(1, most)
    })

    it('is refused to who may not send, or is nobody, and where there is no such chat', async () => {
      const chat = await members.aChat(['bob'])
      await members.put(chat, 'bob', 'reader')
      const statuses = [
        await type(chat, BOB),
        await type(chat, asRoot),
        await type(chat, CAROL),
        await type('/chats/999999', ALICE),
        await type(chat, {}),
        await type('/chats/0', ALICE),
        await type(chat, { ...ALICE, 'on-behalf-of': '..' }),
      ]
      expect(statuses).to.deep.equal([403, 403, 404, 404, 401, 422, 400])
    })
  }))

describe('Who types', () => {
  const hold = releasing()

  it('is told to come back when the storage does not answer', async () => {
    const client = clientOf(hold(await served(brokenStorage(), GUARDED), ({ stop }) => stop()).url)
    const { status } = await client.request('POST', '/chats/1/typing', { headers: ALICE })
    expect(status).to.equal(503)
  })
})
