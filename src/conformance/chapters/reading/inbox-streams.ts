import type { InboxEntry, Message } from '../../../client/schemas.ts'
import type { EventReader } from '../../event-reader.ts'
import { expectSame, expectThat } from '../../expectations.ts'
import { aUser, numberOf, type Service } from '../../service.ts'
import type { Chapter } from '../../suite.ts'
import { react } from '../more-than-text/reaction.ts'
import { due, entryOf, removalOf } from './inbox-events.ts'
import { move } from './marker.ts'

export const inboxStreams: Chapter = (service, it) => {
  const aChatOf = (user: string, messages = 0) =>
    service.aChat(messages, { members: [{ user_id: user, role: 'member' }] })
  const send = (who: Service, chat: string) => who.post<Message>(`${chat}/messages/`, { text: 'hello' })
  const join = (chat: string, user: string) => service.put(`${chat}/members/${user}`, { role: 'member' })

  const following = async <A>(
    user: string,
    query: string,
    use: (stream: EventReader) => Promise<A>,
    place?: string,
  ) => {
    const headers = place === undefined ? {} : { 'last-event-id': place }
    const stream = await service.as(user).follow(`/users/${user}/inbox/events${query}`, headers)
    try {
      return await use(stream)
    } finally {
      stream.close()
    }
  }

  it('begins with the place to resume from and when to come back', async () => {
    await following(aUser('bob'), '', async (stream) => {
      const { event, data, id, retry } = await stream.next()
      expectSame('event and data', [event, data], ['begin', '{}'])
      expectThat('it sets id and retry', id !== undefined && retry !== undefined)
    })
  })

  it('tells an entry as the inbox has it, whenever it changes', async () => {
    const [bob, other] = [aUser('bob'), aUser('other')]
    const chat = await aChatOf(bob, 1)
    await join(chat, other)
    const changes: readonly [what: string, change: () => Promise<unknown>, isSo: (entry: InboxEntry) => boolean][] = [
      ['a message', () => send(service.as(other), chat), ({ unread }) => unread === 2],
      ['what was read', () => move(service.as(bob), chat, bob, 1), ({ read_message_id }) => read_message_id === 1],
      ['an edit', () => service.patch(`${chat}/messages/2`, { text: 'y' }), ({ last_message: m }) => m?.text === 'y'],
      [
        'a reaction',
        () => react(service.as(other), chat, '❤', 2),
        (entry) => entry.last_message?.reactions.length === 1,
      ],
      ['metadata', () => service.patch(chat, { metadata: { a: 1 } }), ({ chat: { metadata } }) => metadata['a'] === 1],
      ['a deletion', () => service.delete(`${chat}/messages/2`), ({ unread }) => unread === 0],
      ['its own message', () => send(service.as(bob), chat), ({ read_message_id }) => read_message_id === 3],
      ['a title', () => service.patch(chat, { title: 'Another' }), ({ chat: { title } }) => title === 'Another'],
      ['a role', () => service.put(`${chat}/members/${bob}`, { role: 'reader' }), ({ role }) => role === 'reader'],
    ]
    await following(bob, '', async (stream) => {
      await stream.next()
      for (const [what, change, isSo] of changes) {
        await change()
        const { data } = await due(stream, what, entryOf(chat, isSo))
        const { json } = await service.get<InboxEntry[]>(`/users/${bob}/inbox/`)
        expectSame(what, data, json[0])
      }
    })
  })

  it('takes in a chat to which the user is added, and says of each that goes that it is gone', async () => {
    const bob = aUser('bob')
    const goings: readonly ((chat: string) => Promise<unknown>)[] = [
      (chat) => service.delete(`${chat}/members/${bob}`),
      (chat) => service.as(bob).delete(`${chat}/members/${bob}`),
      (chat) => service.delete(chat),
    ]
    await following(bob, '', async (stream) => {
      await stream.next()
      for (const goes of goings) {
        const chat = await service.aChat(1)
        await join(chat, bob)
        await due(
          stream,
          'added',
          entryOf(chat, ({ unread }) => unread === 0),
        )
        await goes(chat)
        await due(stream, 'gone', removalOf(chat))
      }
      const opened = await service.as(bob).aChat()
      await due(
        stream,
        'opened',
        entryOf(opened, ({ role }) => role === 'owner'),
      )
    })
  })

  it('resumes with all chats that there are, then what may have changed: nothing is missed', async () => {
    const bob = aUser('bob')
    const [written, read, left, deleted] = [
      await aChatOf(bob),
      await aChatOf(bob, 1),
      await aChatOf(bob),
      await aChatOf(bob),
    ]
    const place = await following(bob, '', async (stream) => (await stream.next()).id)
    await send(service, written)
    await move(service.as(bob), read, bob, 1)
    await service.delete(`${left}/members/${bob}`)
    await service.delete(deleted)
    const added = await aChatOf(bob)
    const resume = async (stream: EventReader) => {
      const { event, data } = await stream.event()
      expectSame('the first event', event, 'chats')
      const { chat_ids } = data as { chat_ids: number[] }
      expectSame(
        'all chats',
        chat_ids.toSorted((a, b) => a - b),
        [written, read, added].map(numberOf),
      )
      const missed = new Set([written, read, added].map(numberOf))
      while (missed.size > 0) {
        const { data } = await due(stream, 'what was missed', ({ event }) => event === 'entry')
        missed.delete((data as InboxEntry).chat.id)
      }
      const { json: sent } = await send(service, written)
      await due(
        stream,
        'what comes then',
        entryOf(written, ({ last_message }) => last_message?.id === sent.id),
      )
    }
    await following(bob, '', resume, place)
    await following(bob, `?after=${place}`, resume)
    await following(bob, `?lastEventId=${place}&after=0`, resume)
    await following(bob, '?after=0', resume)
  })

  it('leads from a page to what changes after it: monitor', async () => {
    const bob = aUser('bob')
    const chat = await aChatOf(bob, 1)
    const { headers } = await service.as(bob).get<InboxEntry[]>(`/users/${bob}/inbox/`)
    const [, query = ''] = /inbox\/events(\?after=[^>]+)>; rel="monitor"/.exec(headers.get('link') ?? '') ?? []
    await send(service, chat)
    await following(bob, query, async (stream) => {
      expectSame('the first event', (await stream.event()).event, 'chats')
      await due(
        stream,
        'what came after the page',
        entryOf(chat, ({ unread }) => unread === 2),
      )
    })
  })
}
