import type { Chat, InboxEntry, Message, Unread } from '../../../client/schemas.ts'
import { expectSame } from '../../expectations.ts'
import { type Answer, aUser, expectProblem, numberOf, type Service } from '../../service.ts'
import type { Chapter } from '../../suite.ts'
import { move } from './marker.ts'

/** A chat, and when a message was last sent in it, or else when it was opened. */
interface Active {
  readonly chat: string
  readonly at: string
}

/** By when they were active, then by number, the greater first: a clock may stand still. */
const inOrder = (chats: readonly Active[]) =>
  chats
    .toSorted((a, b) => b.at.localeCompare(a.at) || numberOf(b.chat) - numberOf(a.chat))
    .map(({ chat }) => numberOf(chat))

const idsOf = ({ json }: Answer<readonly InboxEntry[]>) => json.map(({ chat }) => chat.id)
const linkTo = ({ headers }: Answer<unknown>, rel: string) =>
  new RegExp(`<([^>]+)>; rel="${rel}"`).exec(headers.get('link') ?? '')?.[1]

export const inboxes: Chapter = (service, it) => {
  const inboxOf = (who: Service, user: string, query = '') => who.get<InboxEntry[]>(`/users/${user}/inbox/${query}`)
  const unreadOf = async (who: Service, user: string) => (await who.get<Unread>(`/users/${user}/unread`)).json
  const aChatOf = (user: string, messages = 0) =>
    service.aChat(messages, { members: [{ user_id: user, role: 'member' }] })
  const opened = async (chat: string): Promise<Active> => ({
    chat,
    at: (await service.get<Chat>(chat)).json.created_at,
  })
  const sentIn = async ({ chat }: Active): Promise<Active> => ({
    chat,
    at: (await service.post<Message>(`${chat}/messages/`, { text: 'hello' })).json.created_at,
  })

  it('shows a chat with the role, the marker, what is unread and the newest message that is there', async () => {
    const bob = aUser('bob')
    const chat = await aChatOf(bob, 3)
    await move(service.as(bob), chat, bob, 1)
    const entry = async () => (await inboxOf(service.as(bob), bob)).json
    const { messages: _, ...shown } = (await service.get<Chat & { messages: unknown }>(chat)).json
    const { json: third } = await service.get<Message>(`${chat}/messages/3`)
    const own = { role: 'member', read_message_id: 1 }
    expectSame('the entry', await entry(), [{ chat: shown, ...own, unread: 2, last_message: third }])
    await service.delete(`${chat}/messages/3`)
    const { json: second } = await service.get<Message>(`${chat}/messages/2`)
    const [less] = await entry()
    expectSame('without the newest', [less?.unread, less?.last_message], [1, second])
    for (const id of [1, 2]) await service.delete(`${chat}/messages/${id}`)
    const [empty] = await entry()
    expectSame('without any', [empty?.unread, empty?.last_message, empty?.read_message_id], [0, null, 1])
  })

  it('has the chat on top in which a message was sent last, and one without messages where it was opened', async () => {
    const bob = aUser('bob')
    const chats: Active[] = []
    for (let n = 0; n < 4; n++) chats.push(await opened(await aChatOf(bob)))
    const [one, two, three, four] = chats as [Active, Active, Active, Active]
    expectSame('as they were opened', idsOf(await inboxOf(service, bob)), inOrder(chats))
    const now = [one, await sentIn(three), await sentIn(two), four]
    expectSame('as they were sent to', idsOf(await inboxOf(service, bob)), inOrder(now))
    await service.patch(one.chat, { title: 'Another' })
    await move(service.as(bob), two.chat, bob, 0)
    await service.patch(`${three.chat}/messages/1`, { text: 'better' })
    await service.delete(`${two.chat}/messages/1`)
    expectSame('after what is no sending', idsOf(await inboxOf(service, bob)), inOrder(now))
  })

  it('leads through all of it by next, each chat once, also when one is written to meanwhile', async () => {
    const bob = aUser('bob')
    const chats: Active[] = []
    for (let n = 0; n < 5; n++) chats.push(await opened(await aChatOf(bob)))
    const order = inOrder(chats)
    let page = await inboxOf(service.as(bob), bob, '?limit=2')
    const seen = [idsOf(page)]
    // It was shown: wherever it goes now, it is not behind what was shown.
    await sentIn({ chat: `/chats/${order[1]}`, at: '' })
    for (let next = linkTo(page, 'next'); next !== undefined; next = linkTo(page, 'next')) {
      page = await service.as(bob).get<InboxEntry[]>(next)
      seen.push(idsOf(page))
    }
    expectSame('pages', seen, [order.slice(0, 2), order.slice(2, 4), order.slice(4)])
  })

  it('holds the chats of which the user is a member, and no others', async () => {
    const bob = aUser('bob')
    const [left, removed, deleted, stays] = [aChatOf(bob), aChatOf(bob), aChatOf(bob), aChatOf(bob, 1)]
    await service.aChat(1, { visibility: 'public' })
    await service.as(bob).delete(`${await left}/members/${bob}`)
    await service.delete(`${await removed}/members/${bob}`)
    await service.delete(await deleted)
    expectSame('the chats', idsOf(await inboxOf(service, bob)), [numberOf(await stays)])
    expectSame('what is unread', await unreadOf(service, bob), { chats: 1, messages: 1 })
  })

  it('counts what is unread over all chats, as the inbox does', async () => {
    const bob = aUser('bob')
    expectSame(
      'without chats',
      [await unreadOf(service, bob), idsOf(await inboxOf(service, bob))],
      [{ chats: 0, messages: 0 }, []],
    )
    const [one, two] = [await aChatOf(bob, 3), await aChatOf(bob, 2)]
    await aChatOf(bob)
    expectSame('at first', await unreadOf(service.as(bob), bob), { chats: 2, messages: 5 })
    await service.delete(`${one}/messages/2`)
    await move(service.as(bob), two, bob, 2)
    expectSame('then', await unreadOf(service.as(bob), bob), { chats: 1, messages: 2 })
    const { json } = await inboxOf(service.as(bob), bob)
    expectSame('in the inbox', json.map(({ unread }) => unread).sort(), [0, 0, 2])
  })

  it('is the user’s own and for services: 403 to other users', async () => {
    const [alice, bob] = [aUser('alice'), aUser('bob')]
    await aChatOf(bob, 1)
    for (const target of [`/users/${bob}/inbox/`, `/users/${bob}/unread`, `/users/${bob}/inbox/events`])
      expectProblem(await service.as(alice).get(target), 403, 'forbidden', target)
    expectSame('to a service', idsOf(await inboxOf(service, bob)).length, 1)
  })

  it('answers 422 to a limit and to a place that are none', async () => {
    const bob = aUser('bob')
    for (const query of ['?limit=0', '?limit=101', '?before=x', '?before=0-0'])
      expectProblem(await inboxOf(service, bob, query), 422, 'validation-failed', query)
    expectProblem(await service.get(`/users/${bob}/inbox/events?after=~`), 422, 'validation-failed', 'after=~')
  })
}
