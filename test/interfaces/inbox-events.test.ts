import { isDeepStrictEqual } from 'node:util'
import { expect } from 'chai'
import type { Storage } from '../../src/composition/storage.ts'
import { ANYBODY, type UserId } from '../../src/domain/caller.ts'
import { moveMarker } from '../../src/domain/chat/reading.ts'
import { inboxEntryView } from '../../src/interfaces/http/reading/views.ts'
import { type ChatBody, type Client, clientOf, type MessageBody } from '../client.ts'
import { aKeyOn, asRoot, asUser, GUARDED } from '../credentials.ts'
import { aPosition, right, upTo } from '../fixtures.ts'
import { goal } from '../goal.ts'
import { inboxFold } from '../inbox-fold.ts'
import { releasing } from '../releasing.ts'
import { brokenStorage, memoryStorage, overEachStorage, served } from '../served.ts'
import { follow } from '../stream.ts'
import { until } from '../until.ts'

const ACCEPT = { accept: 'text/event-stream' }

describe('The stream of an inbox over HTTP', () =>
  overEachStorage((storage) => {
    const hold = releasing(after)
    const holdStream = releasing()
    let kept: Storage
    let client: Client
    let users = 0
    let alice: UserId
    let bob: UserId

    before(async () => {
      kept = await storage()
      client = clientOf(hold(await served(kept, GUARDED), ({ stop }) => stop()).url)
    })
    beforeEach(() => {
      alice = `alice-${++users}` as UserId
      bob = `bob-${users}` as UserId
    })

    const opened = async (...others: readonly UserId[]) => {
      const members = others.map((user_id) => ({ user_id, role: 'member' }))
      return (await client.post<ChatBody>('/chats/', { title: 'Plates', members }, asUser(alice))).json.id
    }
    const send = async (chat: number, from: UserId = alice) =>
      (await client.post<MessageBody>(`/chats/${chat}/messages/`, { text: 'hello' }, asUser(from))).json
    const inboxOf = (user: UserId) => `/users/${user}/inbox/events`
    const following = async (user: UserId, query = '', headers: Record<string, string> = {}) =>
      holdStream(await follow(client.url, `${inboxOf(user)}${query}`, { ...asUser(user), ...headers }), ({ cut }) =>
        cut(),
      )
    /** One that has begun, so that what happens from now on is told. */
    const begun = async (...args: Parameters<typeof following>) => {
      const stream = await following(...args)
      await until(() => stream.lastEventId() !== '')
      return stream
    }
    const pageOf = async (user: UserId) => right(await kept.inboxes.page(user, { limit: 100 })()).entries
    const entryOf = async (user: UserId, chat: number) => {
      const entry = (await pageOf(user)).find((one) => (one.chat.id as number) === chat)
      return entry && inboxEntryView(entry)
    }
    const mark = async (chatId: number, userId: UserId, messageId: number) => {
      const address = { chatId: chatId as never, userId }
      const move = moveMarker(ANYBODY, { userId, messageId: aPosition(messageId), forward: false })
      const { reading } = right(await kept.markers.decide(ANYBODY, address, move)())
      kept.signals.send({ kind: 'read', ...address, readMessageId: reading.readMessageId })
    }

    it('tells each user its entries whenever they change, as a page shows them', async () => {
      const chat = await opened(bob)
      const streams = [await begun(alice), await begun(bob)] as const
      const isTold = async (index: 0 | 1, own: object) => {
        const entry = await entryOf(index === 0 ? alice : bob, chat)
        expect(entry).to.deep.include(own)
        // A ring for what was before may come late, and leads to an entry more.
        await until(() => streams[index].events.some(({ data }) => isDeepStrictEqual(data, entry)))
        expect(streams[index].events.at(-1)).to.deep.include({ event: 'entry', data: entry })
      }
      await send(chat)
      await isTold(0, { read_message_id: 1, unread: 0 })
      await isTold(1, { read_message_id: 0, unread: 1 })
      await mark(chat, bob, 1)
      await isTold(1, { read_message_id: 1, unread: 0 })
    })

    it('tells of chats that come and go', async () => {
      const stream = await begun(bob)
      const chat = await opened(bob)
      const [came] = await stream.received(1)
      expect(came?.data).to.deep.include({ role: 'member', unread: 0, last_message: null })
      await client.delete(`/chats/${chat}/members/${bob}`, asUser(alice))
      expect((await stream.received(2))[1]).to.deep.include({ event: 'entry_removed', data: { chat_id: chat } })
      const other = await opened(bob)
      await stream.received(3)
      await client.delete(`/chats/${other}`, asUser(alice))
      expect((await stream.received(4))[3]).to.deep.include({ event: 'entry_removed', data: { chat_id: other } })
    })

    it('begins now, and says at once where that is; or with everything after 0', async () => {
      const chats = [await opened(), await opened()]
      const now = await following(alice)
      const before = performance.now()
      await until(() => now.lastEventId() !== '')
      expect(performance.now() - before).to.be.below(goal(100))
      const all = await following(alice, '?after=0')
      const [first, ...entries] = await all.received(3)
      expect(first).to.deep.include({ event: 'chats' })
      expect(first?.data['chat_ids']).to.have.members(chats)
      expect(entries.map(({ data }) => (data['chat'] as ChatBody).id)).to.have.members(chats)
      expect(now.events).to.deep.equal([])
    })

    it('resumes after the event that the header names, before lastEventId, before after', async () => {
      await opened()
      const b = await opened()
      const all = await following(alice, '?after=0')
      await all.received(3)
      const [zero, last] = ['0', all.lastEventId()]
      all.cut()
      await send(b)
      /** The id of the first event: all that came is known until there. */
      const begins = async (query: string, headers: Record<string, string> = {}) => {
        const stream = await following(alice, query, headers)
        const [first] = await stream.received(2)
        stream.cut()
        return [first?.event, first?.id]
      }
      expect(await begins(`?after=${last}`)).to.deep.equal(['chats', last])
      expect(await begins('?after=0')).to.deep.equal(['chats', zero])
      expect(await begins(`?after=0&lastEventId=${last}`)).to.deep.equal(['chats', last])
      expect(await begins(`?after=0&lastEventId=0`, { 'last-event-id': last })).to.deep.equal(['chats', last])
      expect(await begins(`?after=${last}&lastEventId=${last}`, { 'last-event-id': zero })).to.deep.equal([
        'chats',
        zero,
      ])
    })

    it('makes of many connections, one after the other, the inbox as a page shows it', async () => {
      const chats = [await opened(bob), await opened(bob), await opened(bob)]
      const fold = inboxFold()
      let last = '0'
      for (const round of upTo(4)) {
        const stream = await begun(bob, `?after=${last}`)
        const gone = chats[round - 1]
        for (const chat of chats) await send(chat)
        if (round === 2 && gone) await client.delete(`/chats/${gone}/members/${bob}`, asUser(alice))
        // Cut wherever it is, but in the end.
        if (round === 4) {
          const isUpToDate = async () => {
            for (const one of stream.events) fold.take(one)
            const shown = (await pageOf(bob)).map((entry) => [entry.chat.id as number, inboxEntryView(entry)] as const)
            return JSON.stringify([...fold.entries].sort()) === JSON.stringify([...shown].sort())
          }
          await until(isUpToDate)
        } else {
          await stream.received(1)
          for (const one of stream.events) fold.take(one)
        }
        last = stream.lastEventId()
        stream.cut()
      }
      expect(fold.entries.size).to.equal(2)
    })

    it('is told to its user, also through a service, and to services; to nobody else', async () => {
      await opened(bob)
      const asked = async (headers: Record<string, string>) =>
        (await client.get(inboxOf(alice), { ...ACCEPT, ...headers })).status
      expect(await asked(asUser(bob))).to.equal(403)
      expect(await asked({ ...(await aKeyOn(client, ['read', 'act'])).headers, 'on-behalf-of': bob })).to.equal(403)
      expect(await asked((await aKeyOn(client, ['read'], { chat_ids: [1] })).headers)).to.equal(403)
      const through = { ...(await aKeyOn(client, ['read', 'act'])).headers, 'on-behalf-of': alice }
      for (const headers of [through, asRoot]) {
        const stream = holdStream(await follow(client.url, `${inboxOf(alice)}?after=0`, headers), ({ cut }) => cut())
        expect((await stream.received(2))[1]).to.deep.include({ event: 'entry' })
      }
    })

    it('is refused before it begins: moments that are none, other types', async () => {
      const asked = async (query: string, headers: Record<string, string> = {}) => {
        const { status, json } = await client.get(`${inboxOf(alice)}${query}`, {
          ...ACCEPT,
          ...asUser(alice),
          ...headers,
        })
        return [status, json.errors?.[0]?.parameter]
      }
      for (const word of ['!', 'AAAA', '1', '', 'x'.repeat(100)]) {
        expect(await asked(`?after=${word}`)).to.deep.equal([422, 'after'])
        expect(await asked(`?lastEventId=${word}`)).to.deep.equal([422, 'lastEventId'])
      }
      expect(await asked('?after=0&after=0')).to.deep.equal([422, 'after'])
      expect((await asked('', { 'last-event-id': 'x' }))[0]).to.equal(400)
      expect((await asked('', { accept: 'application/json' }))[0]).to.equal(406)
    })

    it('has the headers of a stream, which HEAD is answered with alone, and is counted', async () => {
      const chat = await opened()
      const stream = await begun(alice)
      expect(stream.headers.get('content-type')).to.equal('text/event-stream')
      expect(stream.headers.get('cache-control')).to.equal('no-store, no-transform')
      const head = await client.request('HEAD', inboxOf(alice), { headers: asUser(alice) })
      expect([head.status, head.headers.get('content-type')]).to.deep.equal([200, 'text/event-stream'])
      const count = async () => {
        const { text } = await client.get('/metrics', asRoot)
        return Number(/^inbox_stream_events_total (\d+)$/m.exec(text)?.[1])
      }
      const [before, seen] = [await count(), stream.events.length]
      await send(chat)
      await stream.received(seen + 1)
      await until(async () => (await count()) - before === stream.events.length - seen)
      expect((await client.get('/metrics', asRoot)).text).to.match(/^event_streams_open [1-9]/m)
    })
  }))

describe('A server of streams of inboxes', () => {
  const hold = releasing()
  const messengerOn = async (...args: Parameters<typeof served>) => hold(await served(...args), ({ stop }) => stop())

  it('ends them in order when it stops, without waiting for the timeout, and asks for nothing more', async () => {
    const storage = memoryStorage()
    const messenger = await messengerOn(storage, { SHUTDOWN_TIMEOUT_MS: '600000' })
    const streams = await Promise.all(
      upTo(20).map((n) => follow(messenger.url, `/users/user-${n % 4}/inbox/events?after=0`)),
    )
    await messenger.stop()
    await Promise.all(streams.map(({ ended }) => ended))
  })

  it('answers with 503 when the storage does not', async () => {
    const client = clientOf((await messengerOn(brokenStorage())).url)
    expect((await client.get('/users/alice/inbox/events', ACCEPT)).status).to.equal(503)
  })
})
