import type { Appointment, Chat, CurrentMember, FormerMember, Member, Role } from '../../client/schemas.ts'
import { expectMatch, expectSame, expectThat } from '../expectations.ts'
import { aUser, expectProblem, numberOf, type Service } from '../service.ts'
import type { Chapter } from '../suite.ts'

const put = (who: Service, chat: string, user: string, role: Role) =>
  who.put<Member>(`${chat}/members/${user}`, { role })

/** The member as followers are told of it, whoever they are: without up to where it has read. */
const toldOf = ({ read_message_id: _, ...member }: Member): CurrentMember => member

export const members: Chapter = (service, it) => {
  it('opens a chat with its members, who are listed by user id, a page at a time', async () => {
    const named = ['a', 'b', 'c'].map((name): Appointment => ({ user_id: aUser(name), role: 'member' }))
    const chat = await service.aChat(0, { members: named.toReversed() })
    const first = await service.get<Member[]>(`${chat}/members/?limit=2`)
    const [, next = ''] = /<([^>]+)>; rel="next"/.exec(first.headers.get('link') ?? '') ?? []
    const second = await service.get<Member[]>(next)
    expectSame(
      'pages',
      [first, second].map(({ json }) => json.map(({ user_id }) => user_id)),
      [named.slice(0, 2), named.slice(2)].map((page) => page.map(({ user_id }) => user_id)),
    )
    expectThat('the second is the last', !/rel="next"/.test(second.headers.get('link') ?? ''))
  })

  it('adds a member, gives it another role and removes it', async () => {
    const chat = await service.aChat()
    const user = aUser('bob')
    const added = await put(service, chat, user, 'reader')
    const { joined_at, ...rest } = added.json
    const expected = { chat_id: numberOf(chat), user_id: user, role: 'reader', read_message_id: 0 }
    expectSame('added', [added.status, rest], [201, expected])
    expectMatch('joined_at', joined_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expectSame('the same again', [(await put(service, chat, user, 'reader')).status], [200])
    const changed = await put(service, chat, user, 'owner')
    expectSame('changed', [changed.status, changed.json], [200, { ...added.json, role: 'owner' }])
    const found = await service.get<Member>(`${chat}/members/${user}`)
    expectSame('what is found there', [found.status, found.json], [200, changed.json])
    const removed = await service.delete(`${chat}/members/${user}`)
    expectSame('removed', [removed.status, removed.text], [204, ''])
    expectProblem(await service.get(`${chat}/members/${user}`), 404, 'not-found', 'GET')
    expectProblem(await service.delete(`${chat}/members/${user}`), 404, 'not-found', 'DELETE again')
    expectSame('the list', (await service.get<Member[]>(`${chat}/members/`)).json, [])
  })

  it('tells followers who came, what changed and who went by whom, each in its place', async () => {
    const [owner, bob] = [aUser('owner'), aUser('bob')]
    const chat = await service.as(owner).aChat(1)
    const stream = await service.follow(`${chat}/events`)
    try {
      const added = await put(service.as(owner), chat, bob, 'member')
      expectSame('added', await stream.event(), { event: 'member', id: '2', data: toldOf(added.json) })
      await put(service, chat, bob, 'member')
      const changed = await put(service, chat, bob, 'moderator')
      expectSame('changed', await stream.event(), { event: 'member', id: '3', data: toldOf(changed.json) })
      await service.as(owner).delete(`${chat}/members/${bob}`)
      const { event, id, data } = await stream.event()
      const { removed_at, removed_by, ...rest } = data as FormerMember
      expectSame('removed', [event, id, rest, removed_by], ['member', '4', toldOf(changed.json), owner])
      expectMatch('removed_at', removed_at, /Z$/)
    } finally {
      stream.close()
    }
  })

  it('answers 409 last-owner to the last owner who would leave others behind, and to nobody else', async () => {
    const [owner, bob] = [aUser('owner'), aUser('bob')]
    const chat = await service.as(owner).aChat(0, { members: [{ user_id: bob, role: 'member' }] })
    const own = `${chat}/members/${owner}`
    expectProblem(await service.as(owner).delete(own), 409, 'last-owner', 'leaving')
    expectProblem(await service.as(owner).put(own, { role: 'reader' }), 409, 'last-owner', 'stepping down')
    await put(service.as(owner), chat, bob, 'owner')
    expectSame('beside another owner', (await put(service.as(owner), chat, owner, 'reader')).status, 200)
    await service.as(owner).delete(own)
    expectSame('the last of all', (await service.as(bob).delete(`${chat}/members/${bob}`)).status, 204)
  })

  it('lists a user its own chats, and everybody those that are public', async () => {
    const [alice, bob] = [aUser('alice'), aUser('bob')]
    const own = await service.as(alice).aChat()
    const open = await service.aChat(0, { visibility: 'public' })
    const listed = async (user: string, query: string) => {
      const { json } = await service.as(user).get<Chat[]>(`/chats/?limit=100&after=${numberOf(own) - 1}${query}`)
      return [own, open].filter((chat) => json.some(({ id }) => id === numberOf(chat)))
    }
    expectSame('own of who is a member of one', await listed(alice, ''), [own])
    expectSame('own of who is a member of none', await listed(bob, ''), [])
    expectSame('public ones', await listed(bob, '&visibility=public'), [open])
    await service.as(bob).put(`${open}/members/${bob}`, { role: 'member' })
    expectSame('own of who joined', await listed(bob, ''), [open])
  })

  it('lets who left a public chat as reader come back as one, and as no more', async () => {
    const bob = aUser('bob')
    const chat = await service.aChat(1, { visibility: 'public', members: [{ user_id: bob, role: 'reader' }] })
    const user = service.as(bob)
    await user.delete(`${chat}/members/${bob}`)
    expectSame('reading', (await user.get(chat)).status, 200)
    expectProblem(await user.post(`${chat}/messages/`, { text: 'x' }), 403, 'forbidden', 'sending')
    expectProblem(await user.put(`${chat}/members/${bob}`, { role: 'member' }), 403, 'forbidden', 'as member')
    expectSame('as reader', (await put(user, chat, bob, 'reader')).status, 201)
  })

  it('answers 422 to a role that is none and to somebody who is named twice, and opens no chat', async () => {
    const chat = await service.aChat()
    const bob = { user_id: aUser('bob'), role: 'member' }
    expectProblem(
      await service.put(`${chat}/members/${bob.user_id}`, { role: 'king' }),
      422,
      'validation-failed',
      'PUT',
    )
    const twice = await service.post('/chats/', { title: 'x', members: [bob, bob] })
    expectProblem(twice, 422, 'validation-failed', 'POST')
    const own = await service.as(bob.user_id).post('/chats/', { title: 'x', members: [bob] })
    expectProblem(own, 422, 'validation-failed', 'naming oneself')
    expectSame('chats', (await service.as(bob.user_id).get<Chat[]>('/chats/')).json, [])
  })
}
