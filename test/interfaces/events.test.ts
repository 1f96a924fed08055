import { expect } from 'chai'
import type { Messenger } from '../../src/messenger.ts'
import { aChatOn, type ChatBody, type Client, clientOf, type MessageBody } from '../client.ts'
import { setTimeout as sleep } from 'node:timers/promises'
import { goal } from '../goal.ts'
import { releasing } from '../releasing.ts'
import { follow } from '../stream.ts'
import { until } from '../until.ts'
import { brokenStorage, memoryStorage, overEachStorage, postgresStorage, served } from '../served.ts'

describe('Event streams', () =>
  overEachStorage((storage) => {
    let messenger: Messenger
    let client: Client
    const hold = releasing()

    before(async () => {
      messenger = await served(await storage())
      client = clientOf(messenger.url)
    })
    after(() => messenger.stop())

    const following = async (target: string, headers: Record<string, string> = {}) =>
      hold(await follow(messenger.url, target, headers), ({ cut }) => cut())
    const send = async (chat: string, text = 'hello') =>
      (await client.post<MessageBody>(`${chat}/messages/`, { text })).json
    const idOf = (chat: string) => Number(chat.split('/')[2])
    const ids = (events: readonly { id: string }[]) => events.map(({ id }) => id)

    it('tell what happened since the beginning, then what happens, as the state it left', async () => {
      const chat = await aChatOn(client)
      const first = await send(chat)
      const stream = await following(`${chat}/events?after=0`)
      expect(await stream.received(1)).to.deep.equal([{ id: '1', event: 'message', data: first }])
      const second = await send(chat, 'one\r\n\r\ndata: two\nid: 99')
      const edited = (await client.patch<MessageBody>(`${chat}/messages/1`, { text: 'edited' })).json
      const renamed = (await client.patch<ChatBody>(chat, { title: 'renamed' })).json
      // What is told later is told as it is by then.
      await stream.received(4)
      await client.delete(`${chat}/messages/1`)
      const events = await stream.received(5)
      expect(events.slice(1, 4)).to.deep.equal([
        { id: '2', event: 'message', data: second },
        { id: '3', event: 'message', data: edited },
        { id: '4', event: 'chat', data: renamed },
      ])
      expect(events[4]?.id).to.equal('5')
      expect(events[4]?.data).to.include.all.keys('id', 'chat_id', 'created_at', 'edited_at', 'deleted_at')
      expect(events[4]?.data).to.not.have.property('text')
      await client.delete(chat)
      expect((await stream.received(6))[5]).to.deep.include({ event: 'chat_deleted', data: { id: idOf(chat) } })
      await stream.ended
      expect((await client.get(`${chat}/events`, { accept: 'text/event-stream' })).status).to.equal(404)
    })

    it('begin now when no place is named, and say at once where that is', async () => {
      const chat = await aChatOn(client)
      await send(chat)
      const stream = await following(`${chat}/events`)
      const before = performance.now()
      await until(() => stream.lastEventId() !== '')
      expect(performance.now() - before).to.be.below(goal(100))
      expect(stream.lastEventId()).to.equal('1')
      await send(chat)
      expect(ids(await stream.received(1))).to.deep.equal(['2'])
    })

    it('resume after the last event, which the header names before the query, collapsing what changed twice', async () => {
      const chat = await aChatOn(client)
      for (let n = 1; n <= 4; n++) await send(chat, `message ${n}`)
      await client.patch(`${chat}/messages/2`, { text: 'once' })
      await client.patch(`${chat}/messages/2`, { text: 'twice' })
      expect(ids(await (await following(`${chat}/events?after=2`)).received(3))).to.deep.equal(['3', '4', '6'])
      const headed = await following(`${chat}/events?after=0`, { 'last-event-id': '4' })
      expect(await headed.received(1)).to.have.length(1)
      expect(headed.events[0]).to.deep.include({ id: '6' })
      expect(headed.events[0]?.data).to.include({ id: 2, text: 'twice' })
    })

    it('resume after the event that polyfills name in the query, which comes between the header and after', async () => {
      const chat = await aChatOn(client)
      for (let n = 1; n <= 4; n++) await send(chat, `message ${n}`)
      const polyfilled = await following(`${chat}/events?after=0&lastEventId=2`)
      expect(ids(await polyfilled.received(2))).to.deep.equal(['3', '4'])
      const headed = await following(`${chat}/events?after=0&lastEventId=1`, { 'last-event-id': '3' })
      expect(ids(await headed.received(1))).to.deep.equal(['4'])
    })

    it('resume after the header before anything in the query, and after lastEventId before after: several chats', async () => {
      const chats = [await aChatOn(client), await aChatOn(client)]
      const [a = '', b = ''] = chats
      const query = `/events?chat_id=${idOf(a)}&chat_id=${idOf(b)}`
      const start = await following(query)
      await until(() => start.lastEventId() !== '')
      const places = [start.lastEventId()]
      for (let n = 1; n <= 3; n++) {
        await send(a, `message ${n}`)
        await start.received(n)
        places.push(start.lastEventId())
      }
      const [zero, one, two] = places
      const told = async (target: string, count: number, headers: Record<string, string> = {}) =>
        (await (await following(target, headers)).received(count)).map(({ data }) => data.id)
      expect(await told(`${query}&after=${zero}`, 3)).to.deep.equal([1, 2, 3])
      expect(await told(`${query}&after=${zero}&lastEventId=${one}`, 2)).to.deep.equal([2, 3])
      const header = { 'last-event-id': two ?? '' }
      expect(await told(`${query}&after=${zero}&lastEventId=${one}`, 1, header)).to.deep.equal([3])
      expect(await told(`${query}&after=${zero}`, 1, header)).to.deep.equal([3])
    })

    it('begin at the beginning of every chat after 0', async () => {
      const [a, b] = [await aChatOn(client), await aChatOn(client)]
      for (const chat of [a, b, a]) await send(chat)
      const stream = await following(`/events?chat_id=${idOf(a)}&chat_id=${idOf(b)}&after=0`)
      const told = (await stream.received(3)).map(({ data }) => [data.chat_id, data.id])
      expect(told).to.have.deep.members([
        [idOf(a), 1],
        [idOf(a), 2],
        [idOf(b), 1],
      ])
    })

    it('show a chat as it was not earlier than the event says, and later changes under their own ids', async () => {
      const chat = await aChatOn(client)
      const renamed = (await client.patch<ChatBody>(chat, { title: 'renamed' })).json
      await sleep(2)
      const message = await send(chat)
      const [first, second] = await (await following(`${chat}/events?after=0`)).received(2)
      expect([first?.id, first?.event, first?.data['title']]).to.deep.equal(['1', 'chat', 'renamed'])
      expect(first?.data['updated_at'], 'not before the renaming').to.satisfy((at: string) => at >= renamed.updated_at)
      expect(first?.data).to.include({ last_message_id: 1, updated_at: message.created_at })
      expect(second).to.deep.equal({ id: '2', event: 'message', data: message })
    })

    it('catch up over many pages in order, each change once, and go on live', async () => {
      const chat = await aChatOn(client)
      for (let n = 0; n < 250; n += 50) await Promise.all(Array.from({ length: 50 }, () => send(chat)))
      const stream = await following(`${chat}/events?after=0`)
      await stream.received(250)
      await send(chat)
      const all = await stream.received(251)
      expect(ids(all)).to.deep.equal(Array.from({ length: 251 }, (_, n) => String(n + 1)))
    })

    it('connect to what a list shows: its monitor link leads to exactly what comes after', async () => {
      const chat = await aChatOn(client)
      await send(chat)
      const sending = Promise.all(Array.from({ length: 30 }, () => send(chat)))
      for (const target of [chat, `${chat}/messages/`]) {
        const answer = await client.get<unknown>(`${target}?limit=100`)
        const shown = Array.isArray(answer.json) ? (answer.json as MessageBody[]) : (answer.json as ChatBody).messages
        const monitor = /<([^>]+)>; rel="monitor"/.exec(answer.headers.get('link') ?? '')?.[1] ?? ''
        await sending
        const rest = await (await following(monitor)).received(31 - shown.length)
        const seen = [...shown.map(({ id }) => id), ...rest.map(({ data }) => data.id)].sort((a, b) => a - b)
        expect(seen).to.deep.equal(Array.from({ length: 31 }, (_, n) => n + 1))
      }
    })

    it('follow several chats over one connection, and resume in each of them', async () => {
      const chats = [await aChatOn(client), await aChatOn(client), await aChatOn(client)]
      const [a = '', b = '', c = ''] = chats
      await send(a)
      const query = `/events?${chats.map((chat) => `chat_id=${idOf(chat)}`).join('&')}&chat_id=${idOf(a)}`
      const stream = await following(query)
      await send(b)
      await send(a)
      await stream.received(2)
      stream.cut()
      await send(c)
      await send(a)
      await client.delete(b)
      const resumed = await following(query, { 'last-event-id': stream.lastEventId() })
      const events = await resumed.received(3)
      expect(events.map(({ event, data }) => [event, data.chat_id ?? data.id, data.id])).to.have.deep.members([
        ['chat_deleted', idOf(b), idOf(b)],
        ['message', idOf(c), 1],
        ['message', idOf(a), 3],
      ])
      const again = await following(`${query}&after=${resumed.lastEventId()}`)
      await send(a)
      expect((await again.received(1)).map(({ data }) => [data.chat_id, data.id])).to.deep.equal([[idOf(a), 4]])
      await client.delete(a)
      await client.delete(c)
      await again.ended
      expect((await following(query, { 'last-event-id': again.lastEventId() })).status).to.equal(404)
    })

    it('have the headers that keep them from being stored, held back or compressed', async () => {
      const stream = await following(`${await aChatOn(client)}/events`)
      expect(stream.headers.get('content-type')).to.equal('text/event-stream')
      expect(stream.headers.get('cache-control')).to.equal('no-store, no-transform')
      expect(stream.headers.get('x-accel-buffering')).to.equal('no')
      expect(stream.headers.get('content-encoding')).to.equal(null)
    })

    it('answer HEAD with their headers alone', async () => {
      const answer = await client.request('HEAD', `${await aChatOn(client)}/events`)
      expect([answer.status, answer.headers.get('content-type')]).to.deep.equal([200, 'text/event-stream'])
    })

    it('are refused before they begin: unknown chats, places that are none or beyond, other types', async () => {
      const chat = await aChatOn(client)
      const id = idOf(chat)
      const asked = async (target: string, headers: Record<string, string> = {}) => {
        const { status, json } = await client.get(target, { accept: 'text/event-stream', ...headers })
        return [status, json.errors?.[0]?.parameter]
      }
      expect(await asked('/chats/99999/events')).to.deep.equal([404, undefined])
      expect(await asked('/chats/x/events')).to.deep.equal([422, 'chat_id'])
      expect(await asked(`${chat}/events?after=1`)).to.deep.equal([422, 'after'])
      expect(await asked(`${chat}/events`, { 'last-event-id': '7' })).to.deep.equal([422, 'after'])
      for (const after of ['x', '-1', '1&after=2', '9007199254740992'])
        expect(await asked(`${chat}/events?after=${after}`)).to.deep.equal([422, 'after'])
      for (const last of ['x', '-1', '01'])
        expect((await asked(`${chat}/events`, { 'last-event-id': last }))[0]).to.equal(400)
      expect(await asked('/events')).to.deep.equal([422, 'chat_id'])
      expect(await asked(`/events?chat_id=${id}&chat_id=0`)).to.deep.equal([422, 'chat_id'])
      expect(await asked(`/events?${'chat_id=1&'.repeat(101)}`)).to.deep.equal([422, 'chat_id'])
      expect(await asked(`/events?chat_id=${id}&chat_id=99999`)).to.deep.equal([404, undefined])
      for (const after of ['!', 'AAAA', 'AQ8', 'x'.repeat(5000)])
        expect(await asked(`/events?chat_id=${id}&after=${after}`)).to.deep.equal([422, 'after'])
      expect((await asked(`/events?chat_id=${id}`, { 'last-event-id': '!' }))[0]).to.equal(400)
      for (const target of [`${chat}/events`, `/events?chat_id=${id}`])
        expect((await client.get(target, { accept: 'application/json' })).status).to.equal(406)
    })
  }))

describe('A server of event streams', () => {
  const hold = releasing()
  const messengerOn = async (...args: Parameters<typeof served>) => hold(await served(...args), ({ stop }) => stop())

  it('takes no more than its limit, and says when to come back', async () => {
    const messenger = await messengerOn(memoryStorage(), { STREAM_LIMIT: '1' })
    const client = clientOf(messenger.url)
    const chat = await aChatOn(client)
    const stream = await follow(messenger.url, `${chat}/events`)
    for (const target of [`${chat}/events`, `/events?chat_id=${chat.split('/')[2] ?? ''}`]) {
      const refused = await client.get(target, { accept: 'text/event-stream' })
      expect([refused.status, refused.headers.get('retry-after')]).to.deep.equal([503, '1'])
    }
    expect((await client.get('/metrics')).text).to.match(/^event_streams_open 1$/m)
    stream.cut()
    await until(async () => !(await client.get('/metrics')).text.includes('event_streams_open 1'))
    const next = await follow(messenger.url, `${chat}/events`)
    expect(next.status).to.equal(200)
  })

  it('takes no more than its limit of many that come at once, on either path, and counts none that it refused', async () => {
    const messenger = await served(await postgresStorage(), { STREAM_LIMIT: '10' })
    const client = clientOf(messenger.url)
    const chat = await aChatOn(client)
    const targets = [`${chat}/events`, `/events?chat_id=${chat.split('/')[2] ?? ''}`]
    for (const missing of [
      '/chats/99/events',
      '/events?chat_id=99',
      `${chat}/events?after=99`,
      `${chat}/events?after=x`,
    ])
      await Promise.all(
        Array.from({ length: 12 }, async () => {
          const { status } = await client.get(missing, { accept: 'text/event-stream' })
          expect(status).to.be.oneOf([404, 422, 503])
        }),
      )
    const streams = await Promise.all(
      Array.from({ length: 200 }, (_, n) => follow(messenger.url, targets[n % 2] ?? '')),
    )
    expect(streams.filter(({ status }) => status === 200)).to.have.length(10)
    expect(streams.filter(({ status }) => status === 503)).to.have.length(190)
    await messenger.stop()
  })

  it('ends them in order when it stops, without waiting for the timeout', async () => {
    // More time than the test has: were it waited for, the test would not end.
    const messenger = await messengerOn(memoryStorage(), { SHUTDOWN_TIMEOUT_MS: '600000' })
    const chat = await aChatOn(clientOf(messenger.url))
    const streams = await Promise.all(Array.from({ length: 20 }, () => follow(messenger.url, `${chat}/events`)))
    const before = performance.now()
    await messenger.stop()
    await Promise.all(streams.map(({ ended }) => ended))
    expect(performance.now() - before).to.be.below(goal(2_000))
  })

  it('answers with 503 when the storage does not', async () => {
    const messenger = await messengerOn(brokenStorage())
    const client = clientOf(messenger.url)
    for (const target of ['/chats/1/events', '/events?chat_id=1'])
      expect((await client.get(target, { accept: 'text/event-stream' })).status).to.equal(503)
  })
})
