import type { Chat, Message } from '../../client/schemas.ts'
import type { EventReader } from '../event-reader.ts'
import { expectMatch, expectSame, expectThat } from '../expectations.ts'
import { expectProblem, numberOf } from '../service.ts'
import type { Chapter } from '../suite.ts'

/** What an event tells, without its data. */
const headOf = async (stream: EventReader) => {
  const { event, id, data } = await stream.event()
  return { event, id, number: (data as { id: number }).id }
}

export const streams: Chapter = (service, it) => {
  const following = async <A>(
    target: string,
    use: (stream: EventReader) => Promise<A>,
    headers?: Readonly<Record<string, string>>,
  ): Promise<A> => {
    const stream = await service.follow(target, headers)
    try {
      return await use(stream)
    } finally {
      stream.close()
    }
  }
  const idsFrom = (target: string, count: number, headers?: Readonly<Record<string, string>>) =>
    following(
      target,
      async (stream) => {
        const ids: (string | undefined)[] = []
        while (ids.length < count) ids.push((await stream.event()).id)
        return ids
      },
      headers,
    )

  it('begins with the place to resume from and when to come back', async () => {
    const chat = await service.aChat(3)
    await following(`${chat}/events`, async (stream) => {
      const { event, data, id, retry } = await stream.next()
      expectSame('event, data and id', [event, data, id], ['begin', '{}', '3'])
      expectThat('it sets retry', retry !== undefined)
    })
  })

  it('tells every message once and in order, from the beginning and live', async () => {
    const chat = await service.aChat(3)
    await following(`${chat}/events?after=0`, async (stream) => {
      for (const n of [1, 2, 3, 4, 5]) {
        if (n > 3) await service.post(`${chat}/messages/`, { text: `message ${n}` })
        expectSame('event', await headOf(stream), { event: 'message', id: String(n), number: n })
      }
    })
  })

  it('tells of many messages sent at the same time, each once and in order', async () => {
    const chat = await service.aChat()
    await following(`${chat}/events`, async (stream) => {
      const expected = Array.from({ length: 30 }, (_, n) => n + 1)
      await Promise.all(expected.map((n) => service.post(`${chat}/messages/`, { text: `message ${n}` })))
      const told: number[] = []
      while (told.length < expected.length) told.push((await headOf(stream)).number)
      expectSame('numbers', told, expected)
    })
  })

  it('tells of an edit with the message after it, of a deletion without the text, of a rename with the chat', async () => {
    const chat = await service.aChat(1)
    await following(`${chat}/events`, async (stream) => {
      const edited = await service.patch<Message>(`${chat}/messages/1`, { text: 'better' })
      expectSame('edit', await stream.event(), { event: 'message', id: '2', data: edited.json })
      await service.delete(`${chat}/messages/1`)
      const { id, data } = await stream.event()
      const { deleted_at, ...rest } = data as { deleted_at: string }
      const { text: _text, metadata: _metadata, reactions: _reactions, ...left } = edited.json
      expectSame('deletion', [id, rest], ['3', left])
      expectMatch('deleted_at', deleted_at, /Z$/)
      const renamed = await service.patch<Chat>(chat, { title: 'Another' })
      expectSame('rename', await stream.event(), { event: 'chat', id: '4', data: renamed.json })
    })
  })

  it('tells of the deletion of the chat, and ends', async () => {
    const chat = await service.aChat(1)
    await following(`${chat}/events`, async (stream) => {
      await service.delete(chat)
      const { event, data } = await stream.event()
      expectSame('event', [event, data], ['chat_deleted', { id: numberOf(chat) }])
      await stream.ended()
    })
  })

  it('resumes after Last-Event-ID, or lastEventId, which take precedence over after', async () => {
    const chat = await service.aChat(5)
    expectSame('after=3', await idsFrom(`${chat}/events?after=3`, 2), ['4', '5'])
    expectSame('Last-Event-ID: 2', await idsFrom(`${chat}/events?after=4`, 3, { 'last-event-id': '2' }), [
      '3',
      '4',
      '5',
    ])
    expectSame('lastEventId=3', await idsFrom(`${chat}/events?after=0&lastEventId=3`, 1), ['4'])
  })

  it('loses nothing between one connection and the next', async () => {
    const chat = await service.aChat()
    const told: (string | undefined)[] = []
    for (let round = 0; round < 5; round++) {
      const sends = [1, 2, 3].map((n) => service.post(`${chat}/messages/`, { text: `message ${n}` }))
      told.push(...(await idsFrom(`${chat}/events?after=${told.at(-1) ?? 0}`, 2)))
      await Promise.all(sends)
    }
    expectSame(
      'ids',
      told,
      Array.from({ length: 10 }, (_, n) => String(n + 1)),
    )
  })

  it('leads from a page to what happens after it: monitor', async () => {
    const chat = await service.aChat(2)
    const { headers } = await service.get<Message[]>(`${chat}/messages/`)
    const [, monitor = ''] = /<([^>]+)>; rel="monitor"/.exec(headers.get('link') ?? '') ?? []
    await service.post(`${chat}/messages/`, { text: 'after the page' })
    expectSame(`events of ${monitor}`, await idsFrom(monitor, 1), ['3'])
  })

  it('follows several chats over one connection, and resumes in each', async () => {
    const [one, other] = [await service.aChat(1), await service.aChat(1)]
    const target = `/events?chat_id=${numberOf(one)}&chat_id=${numberOf(other)}`
    const tell = (stream: EventReader) =>
      stream.event().then(({ id, data }) => ({ id, chat: (data as Message).chat_id, number: (data as Message).id }))
    const place = await following(target, async (stream) => {
      await service.post(`${one}/messages/`, { text: 'x' })
      const { id, ...what } = await tell(stream)
      expectSame('event', what, { chat: numberOf(one), number: 2 })
      return id
    })
    await service.post(`${other}/messages/`, { text: 'x' })
    await following(
      target,
      async (stream) => {
        const { id: _, ...what } = await tell(stream)
        expectSame('event after resuming', what, { chat: numberOf(other), number: 2 })
      },
      { 'last-event-id': place ?? '' },
    )
  })

  it('answers 404 for a chat that is not there and 422 for a place that it has not reached', async () => {
    const chat = await service.aChat(1)
    await service.delete(chat)
    expectProblem(await service.get(`${chat}/events`), 404, 'not-found', 'GET')
    const ahead = await service.get(`${await service.aChat(1)}/events?after=2`)
    expectProblem(ahead, 422, 'validation-failed', 'after=2 at revision 1')
  })
}
