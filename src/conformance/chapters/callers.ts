import { randomUUID } from 'node:crypto'
import type { Chat, Member, Message } from '../../client/schemas.ts'
import { expectMatch, expectSame } from '../expectations.ts'
import { aUser, expectProblem, lastNumber, type Service } from '../service.ts'
import type { Chapter } from '../suite.ts'

const send = (who: Service, chat: string, text = 'hello', headers = {}) =>
  who.post<Message>(`${chat}/messages/`, { text }, headers)

export const callers: Chapter = (service, it, isGuarded) => {
  it('says who wrote a message: the user, or nobody when a service did', async () => {
    const alice = aUser('alice')
    const chat = await service.aChat(0, { members: [{ user_id: alice, role: 'member' }] })
    for (const [who, author] of [
      [service.as(alice), alice],
      [service, null],
    ] as const) {
      const { json } = await send(who, chat)
      expectSame('the author as it is sent', json.author, author)
      const found = await service.get<Message>(`${chat}/messages/${json.id}`)
      expectSame('the author as it is found', found.json.author, author)
    }
  })

  it('keeps the author when somebody else edits the message, and in what is left of it', async () => {
    const alice = aUser('alice')
    const chat = await service.aChat(0, { visibility: 'public' })
    await send(service.as(alice), chat)
    const edited = await service.patch<Message>(`${chat}/messages/1`, { text: 'better' })
    expectSame('after an edit', edited.json.author, alice)
    const stream = await service.follow(`${chat}/events`)
    try {
      await service.delete(`${chat}/messages/1`)
      const { data } = await stream.event()
      expectSame('after a deletion', (data as Message).author, alice)
    } finally {
      stream.close()
    }
  })

  it('makes the user who opens a chat its owner; a service belongs to none', async () => {
    const alice = aUser('alice')
    const own = await service.as(alice).aChat()
    const members = await service.get<Member[]>(`${own}/members/`)
    expectSame(
      'members of the chat of a user',
      members.json.map(({ user_id, role }) => [user_id, role]),
      [[alice, 'owner']],
    )
    const served = await service.get<Member[]>(`${await service.aChat()}/members/`)
    expectSame('members of the chat of a service', served.json, [])
  })

  it('lets an Idempotency-Key hold for each user by itself', async () => {
    const [alice, bob] = [aUser('alice'), aUser('bob')]
    const chat = await service.aChat(0, { visibility: 'public' })
    const key = { 'idempotency-key': randomUUID() }
    const sent = [alice, bob].map((user) => send(service.as(user), chat, `by ${user}`, key))
    for (const { status } of await Promise.all(sent)) expectSame('status', status, 201)
    expectSame('messages sent', await lastNumber(service, chat), 2)
    const opened = [alice, bob].map((user) => service.as(user).post<Chat>('/chats/', { title: 'x' }, key))
    const ids = (await Promise.all(opened)).map(({ json }) => json.id)
    expectSame('chats opened', new Set(ids).size, 2)
  })

  it('answers 400 malformed-request to an On-Behalf-Of that names nobody', async () => {
    for (const name of ['', '.', '..', 'two words', 'one,\tother', 'x'.repeat(256)])
      expectProblem(await service.as(name).get('/chats/'), 400, 'malformed-request', `On-Behalf-Of: ${name}`)
  })

  if (!isGuarded) return

  it('answers 401 to whoever has no credential, or none that is good, and says which kind is asked for', async () => {
    const chat = await service.aChat(1)
    for (const token of [undefined, 'x', `msgr_${'A'.repeat(43)}`]) {
      const stranger = service.bearing(token)
      for (const answer of [
        await stranger.get(chat),
        await stranger.get('/chats/9007199254740991'),
        await send(stranger, chat),
      ]) {
        expectProblem(answer, 401, 'unauthenticated', `with ${token ?? 'nothing'}`)
        expectMatch('WWW-Authenticate', answer.headers.get('www-authenticate'), /^Bearer\b/)
      }
    }
    expectSame('messages sent', await lastNumber(service, chat), 1)
  })
}
