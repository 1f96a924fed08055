import type { EventReader } from '../../event-reader.ts'
import { expectSame } from '../../expectations.ts'
import { aUser, expectProblem, numberOf, type Service } from '../../service.ts'
import type { Chapter } from '../../suite.ts'
import { move } from './marker.ts'

const type = (who: Service, chat: string) => who.request('POST', `${chat}/typing`)
const send = (who: Service, chat: string) => who.post(`${chat}/messages/`, { text: 'hello' })

/** The kinds of what is told up to the next message, that included. */
const kindsToMessage = async (stream: EventReader): Promise<readonly string[]> => {
  const kinds: string[] = []
  while (kinds.at(-1) !== 'message') kinds.push((await stream.event()).event)
  return kinds
}

export const signals: Chapter = (service, it) => {
  const aChatOf = (...users: readonly string[]) =>
    service.aChat(1, { visibility: 'public', members: users.map((user_id) => ({ user_id, role: 'member' })) })

  /** Several streams, open at once. */
  const following = async (
    streams: readonly (readonly [who: Service, target: string])[],
    use: (...streams: readonly EventReader[]) => Promise<void>,
  ) => {
    const open: EventReader[] = []
    try {
      for (const [who, target] of streams) {
        const stream = await who.follow(target)
        open.push(stream)
        await stream.next()
      }
      await use(...open)
    } finally {
      for (const stream of open) stream.close()
    }
  }

  it('tells members and services who types, without an id, on streams of one chat and of several', async () => {
    const [alice, bob] = [aUser('alice'), aUser('bob')]
    const chat = await aChatOf(alice, bob)
    const several = `/events?chat_id=${numberOf(chat)}`
    const streams = [
      [service.as(alice), `${chat}/events`],
      [service.as(alice), several],
      [service, `${chat}/events`],
      [service, several],
    ] as const
    await following(streams, async (...open) => {
      const typed = await type(service.as(bob), chat)
      expectSame('the answer', [typed.status, typed.text], [204, ''])
      const expected = { event: 'typing', id: undefined, data: { chat_id: numberOf(chat), user_id: bob } }
      for (const stream of open) expectSame('the event', await stream.event(), expected)
    })
  })

  it('tells members and services where a member has read, and not of who sends a message', async () => {
    const [alice, bob] = [aUser('alice'), aUser('bob')]
    const chat = await aChatOf(alice, bob)
    const streams = [
      [service.as(alice), `${chat}/events`],
      [service, `/events?chat_id=${numberOf(chat)}`],
    ] as const
    await following(streams, async (...open) => {
      await send(service.as(alice), chat)
      for (const stream of open) expectSame('of who sends', await kindsToMessage(stream), ['message'])
      await move(service.as(bob), chat, bob, 1)
      const data = { chat_id: numberOf(chat), user_id: bob, read_message_id: 1 }
      for (const stream of open) expectSame('the event', await stream.event(), { event: 'read', id: undefined, data })
    })
  })

  it('tells strangers neither, and nobody afterwards', async () => {
    const [alice, bob, carol] = [aUser('alice'), aUser('bob'), aUser('carol')]
    const chat = await aChatOf(alice, bob)
    const streams = [
      [service.as(alice), `${chat}/events`],
      [service.as(carol), `${chat}/events`],
      [service.as(carol), `/events?chat_id=${numberOf(chat)}`],
    ] as const
    await following(streams, async (member, ...strangers) => {
      await type(service.as(bob), chat)
      expectSame('to a member', (await member.event()).event, 'typing')
      await move(service.as(bob), chat, bob, 1)
      expectSame('to a member', (await member.event()).event, 'read')
      await send(service, chat)
      for (const stranger of strangers) expectSame('to a stranger', await kindsToMessage(stranger), ['message'])
    })
    await following([[service.as(alice), `${chat}/events?after=0`]], async (late) => {
      await send(service, chat)
      const told = [...(await kindsToMessage(late)), ...(await kindsToMessage(late))]
      expectSame(
        'afterwards',
        told.filter((kind) => kind !== 'member'),
        ['message', 'message'],
      )
    })
  })

  it('lets type who may send: 403 to readers and to services, which type for nobody, 404 to who sees no chat', async () => {
    const [bob, carol] = [aUser('bob'), aUser('carol')]
    const chat = await service.aChat(0, { visibility: 'public', members: [{ user_id: bob, role: 'reader' }] })
    expectProblem(await type(service.as(bob), chat), 403, 'forbidden', 'a reader')
    expectProblem(await type(service, chat), 403, 'forbidden', 'a service')
    expectSame('a stranger to a public chat', (await type(service.as(carol), chat)).status, 204)
    await service.patch(chat, { visibility: 'private' })
    expectProblem(await type(service.as(carol), chat), 404, 'not-found', 'a stranger to a private chat')
  })
}
