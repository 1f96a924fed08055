import { randomUUID } from 'node:crypto'
import type { FormerMember, Message } from '../../client/schemas.ts'
import type { EventReader } from '../event-reader.ts'
import { expectSame } from '../expectations.ts'
import { type Answer, aUser, expectProblem, lastNumber, numberOf, type Service } from '../service.ts'
import type { Chapter } from '../suite.ts'

/** Header fields of the moment, of the way, or that count what is in the body. */
const PASSING = new Set('date connection keep-alive content-length age via server-timing'.split(' '))

/** Everything that the answer says, with the chat's number taken out. */
const sayingOf = ({ status, headers, text }: Answer<unknown>, chat: string) => ({
  status,
  headers: [...headers].filter(([name]) => !PASSING.has(name)),
  text: text.replaceAll(new RegExp(`\\b${numberOf(chat)}\\b`, 'g'), '<chat>'),
})

/** The same id for every request: then answers do not differ by it. */
const traced = { 'x-request-id': 'conformance-sight' }

type Ask = (who: Service, chat: string) => Promise<Answer<unknown>>

const asks = (user: string): Readonly<Record<string, Ask>> => ({
  'GET the chat': (who, chat) => who.get(chat, traced),
  'GET the chat on a condition': (who, chat) => who.get(chat, { ...traced, 'if-none-match': '*' }),
  'GET messages': (who, chat) => who.get(`${chat}/messages/`, traced),
  'GET a message': (who, chat) => who.get(`${chat}/messages/1`, traced),
  'GET members': (who, chat) => who.get(`${chat}/members/`, traced),
  'GET a member': (who, chat) => who.get(`${chat}/members/${user}`, traced),
  'GET events': (who, chat) => who.get(`${chat}/events?after=99`, traced),
  'GET events of several': (who, chat) => who.get(`/events?chat_id=${numberOf(chat)}`, traced),
  'PATCH the chat': (who, chat) => who.patch(chat, { title: 'x' }, { ...traced, 'if-match': '"99"' }),
  'PATCH a message': (who, chat) => who.patch(`${chat}/messages/1`, { text: 'x' }, traced),
  'DELETE a message': (who, chat) => who.delete(`${chat}/messages/1`, traced),
  'POST a message': (who, chat) => who.post(`${chat}/messages/`, { text: 'x' }, traced),
  'PUT oneself': (who, chat) => who.put(`${chat}/members/${user}`, { role: 'member' }, traced),
  'DELETE a member': (who, chat) => who.delete(`${chat}/members/${user}`, traced),
  'GET a marker': (who, chat) => who.get(`${chat}/members/${user}/read`, traced),
  'PUT a marker': (who, chat) => who.put(`${chat}/members/${user}/read`, { message_id: 1 }, traced),
  'PUT a reaction': (who, chat) => who.request('PUT', `${chat}/messages/1/reactions/+1`, { headers: traced }),
  'DELETE a reaction': (who, chat) => who.delete(`${chat}/messages/1/reactions/+1`, traced),
  'GET reactors': (who, chat) => who.get(`${chat}/messages/1/reactions/?reaction=%2B1`, traced),
  'GET own reactions': (who, chat) => who.get(`${chat}/members/${user}/reactions/`, traced),
  'GET replies': (who, chat) => who.get(`${chat}/messages/?reply_to=1`, traced),
  'POST a reply': (who, chat) => who.post(`${chat}/messages/`, { text: 'x', reply_to: 1 }, traced),
  'POST typing': (who, chat) => who.request('POST', `${chat}/typing`, { headers: traced }),
  'DELETE the chat': (who, chat) => who.delete(chat, traced),
})

const REMOVED = 'accepts nothing of who was removed: its stream ends with that, and to it the chat is gone'

export const sight: Chapter = (service, it) => {
  const following = async <A>(who: Service, target: string, use: (stream: EventReader) => Promise<A>): Promise<A> => {
    const stream = await who.follow(target)
    try {
      return await use(stream)
    } finally {
      stream.close()
    }
  }

  it('answers a stranger to a private chat as if there were none, byte for byte but for the number', async () => {
    const user = aUser('stranger')
    const stranger = service.as(user)
    for (const [what, ask] of Object.entries(asks(user))) {
      const [chat, gone] = [await service.aChat(1), await service.aChat(1)]
      await service.delete(gone)
      const hidden = await ask(stranger, chat)
      expectSame(`${what}: status`, hidden.status, 404)
      expectSame(what, sayingOf(hidden, chat), sayingOf(await ask(stranger, gone), gone))
      expectSame(`${what}: what became of it`, await lastNumber(service, chat), 1)
    }
  })

  for (const visibility of ['private', 'public'] as const)
    it(`${REMOVED} (${visibility})`, async () => {
      const [owner, bob] = [aUser('owner'), aUser('bob')]
      const chat = await service.as(owner).aChat(1, { visibility, members: [{ user_id: bob, role: 'moderator' }] })
      const user = service.as(bob)
      const place = await following(user, `${chat}/events`, async (stream) => {
        await service.as(owner).delete(`${chat}/members/${bob}`)
        const { event, id, data } = await stream.event()
        expectSame('the last event', [event, (data as FormerMember).user_id], ['member', bob])
        await stream.ended()
        return id
      })
      const resumed = await user.get(`${chat}/events`, { 'last-event-id': place ?? '' })
      expectProblem(resumed, 404, 'not-found', 'resuming')
      expectProblem(await user.post(`${chat}/messages/`, { text: 'x' }), 404, 'not-found', 'sending')
      expectProblem(await user.put(`${chat}/members/${bob}`, { role: 'member' }), 404, 'not-found', 'joining')
      expectSame('messages sent', await lastNumber(service, chat), 1)
      await service.as(owner).put(`${chat}/members/${bob}`, { role: 'member' })
      expectSame('sending, once added again', (await user.post(`${chat}/messages/`, { text: 'x' })).status, 201)
    })

  it('goes on without the chat where several are followed', async () => {
    const bob = aUser('bob')
    const members = [{ user_id: bob, role: 'member' }] as const
    const [one, other] = [await service.aChat(0, { members }), await service.aChat(0, { members })]
    await following(service.as(bob), `/events?chat_id=${numberOf(one)}&chat_id=${numberOf(other)}`, async (stream) => {
      await service.delete(`${one}/members/${bob}`)
      expectSame('the last event of the one', (await stream.event()).event, 'member')
      await service.post(`${one}/messages/`, { text: 'unseen' })
      await service.post(`${other}/messages/`, { text: 'seen' })
      expectSame('the next event', ((await stream.event()).data as Message).text, 'seen')
    })
  })

  it('lets strangers read and write in a public chat, and no longer once it is private', async () => {
    const carol = aUser('carol')
    const stranger = service.as(carol)
    const chat = await service.aChat(1, { visibility: 'public' })
    await following(stranger, `${chat}/events`, async (stream) => {
      expectSame('sending', (await stranger.post(`${chat}/messages/`, { text: 'x' })).status, 201)
      expectSame('its event', (await stream.event()).event, 'message')
      expectProblem(await stranger.get(`${chat}/members/${carol}`), 404, 'not-found', 'whether it became a member')
      await service.patch(chat, { visibility: 'private' })
      expectSame('the last event', (await stream.event()).event, 'chat')
      await stream.ended()
    })
    expectProblem(await stranger.get(chat), 404, 'not-found', 'reading')
    expectProblem(await stranger.post(`${chat}/messages/`, { text: 'x' }), 404, 'not-found', 'sending')
  })

  it('replays what was done under a key to who could not do it now, and not to who may not see it now', async () => {
    const bob = aUser('bob')
    const chat = await service.aChat(0, { members: [{ user_id: bob, role: 'member' }] })
    const headers = { 'idempotency-key': randomUUID() }
    const send = () => service.as(bob).post<Message>(`${chat}/messages/`, { text: 'once' }, headers)
    const first = await send()
    await service.put(`${chat}/members/${bob}`, { role: 'reader' })
    const again = await send()
    expectSame('as reader', [again.status, again.text], [201, first.text])
    await service.delete(`${chat}/members/${bob}`)
    expectProblem(await send(), 404, 'not-found', 'once removed')
    expectSame('messages sent', await lastNumber(service, chat), 1)
  })
}
