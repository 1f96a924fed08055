import type { Member, Message, Problem, Reading } from '../../../client/schemas.ts'
import { expectSame } from '../../expectations.ts'
import { aUser, expectProblem, numberOf, type Service } from '../../service.ts'
import type { Chapter } from '../../suite.ts'
import { expectMarker, markerOf, move, standing } from './marker.ts'

const send = (who: Service, chat: string) => who.post<Message>(`${chat}/messages/`, { text: 'hello' })
const join = (who: Service, chat: string, user: string) => who.put(`${chat}/members/${user}`, { role: 'member' })

export const markers: Chapter = (service, it) => {
  const aChatOf = (messages: number, ...users: readonly string[]) =>
    service.aChat(messages, { members: users.map((user_id) => ({ user_id, role: 'member' })) })

  it('puts a marker where it is told to, further or back, and says how much comes after', async () => {
    const bob = aUser('bob')
    const chat = await aChatOf(4, bob)
    const user = service.as(bob)
    await expectMarker(user, chat, bob, [0, 4], 'at first')
    const moved = await move(user, chat, bob, 3)
    const expected: Reading = { chat_id: numberOf(chat), user_id: bob, read_message_id: 3, unread: 1 }
    expectSame('moved', [moved.status, moved.json], [200, expected])
    expectSame('what is found there', (await user.get<Reading>(markerOf(chat, bob))).json, expected)
    expectSame('back', standing(await move(user, chat, bob, 1, false)), [1, 3])
    expectSame('to the beginning', standing(await move(user, chat, bob, 0)), [0, 4])
    expectSame('to the end', standing(await move(user, chat, bob, 4)), [4, 0])
  })

  it('never goes back with forward, in whatever order requests come', async () => {
    const bob = aUser('bob')
    const chat = await aChatOf(9, bob)
    expectSame('forward', standing(await move(service.as(bob), chat, bob, 5, true)), [5, 4])
    expectSame('late', standing(await move(service.as(bob), chat, bob, 3, true)), [5, 4])
    await Promise.all([9, 2, 7, 6, 8, 1].map((id) => move(service.as(bob), chat, bob, id, true)))
    await expectMarker(service, chat, bob, [9, 0], 'at the end')
  })

  it('puts the marker of who sends a message to that message, and of nobody else', async () => {
    const [alice, bob] = [aUser('alice'), aUser('bob')]
    const chat = await aChatOf(2, alice, bob)
    await send(service.as(alice), chat)
    await expectMarker(service, chat, alice, [3, 0], 'of who sent')
    await expectMarker(service, chat, bob, [0, 3], 'of somebody else')
    await send(service, chat)
    await service.as(alice).patch(`${chat}/messages/3`, { text: 'better' })
    await expectMarker(service, chat, alice, [3, 1], 'after another message and an edit')
  })

  it('counts what is after the marker and not deleted, one’s own too', async () => {
    const bob = aUser('bob')
    const chat = await aChatOf(5, bob)
    await send(service.as(bob), chat)
    await move(service.as(bob), chat, bob, 2)
    for (const [id, unread] of [
      [1, 4],
      [6, 3],
      [4, 2],
    ]) {
      await service.delete(`${chat}/messages/${id}`)
      await expectMarker(service, chat, bob, [2, Number(unread)], `without message ${id}`)
    }
    expectSame('at a deleted message', standing(await move(service.as(bob), chat, bob, 4)), [4, 1])
  })

  it('has nothing unread for who joins, each time, and leaves the marker when a role changes', async () => {
    const bob = aUser('bob')
    const chat = await service.aChat(3, { visibility: 'public' })
    await join(service.as(bob), chat, bob)
    await expectMarker(service, chat, bob, [3, 0], 'joined')
    await send(service, chat)
    await service.put(`${chat}/members/${bob}`, { role: 'moderator' })
    await expectMarker(service, chat, bob, [3, 1], 'with another role')
    await service.as(bob).delete(`${chat}/members/${bob}`)
    await send(service, chat)
    await join(service.as(bob), chat, bob)
    await expectMarker(service, chat, bob, [5, 0], 'joined again')
  })

  it('answers 422 to a number beyond the last message and to what is no number, and moves nothing', async () => {
    const bob = aUser('bob')
    const chat = await aChatOf(2, bob)
    await move(service.as(bob), chat, bob, 1)
    const beyond = await move(service.as(bob), chat, bob, 3)
    expectProblem(beyond, 422, 'validation-failed', 'beyond the last')
    const { errors = [] } = beyond.json as unknown as Problem
    expectSame(
      'what is wrong',
      errors.map((error) => ['pointer' in error && error.pointer, error.code]),
      [['#/message_id', 'out_of_range']],
    )
    for (const message_id of [-1, 0.5, '1', null, undefined])
      expectProblem(
        await service.as(bob).put(markerOf(chat, bob), { message_id }),
        422,
        'validation-failed',
        `${message_id}`,
      )
    await expectMarker(service, chat, bob, [1, 1], 'afterwards')
  })

  it('changes nothing of the chat: it is at the revision at which it was', async () => {
    const bob = aUser('bob')
    const chat = await aChatOf(2, bob)
    const before = await service.get(chat)
    await move(service.as(bob), chat, bob, 2)
    const after = await service.get(chat)
    expectSame('the chat', [after.headers.get('etag'), after.text], [before.headers.get('etag'), before.text])
  })

  it('is for the user itself and for services: 403 to other users, 404 where there is no such member', async () => {
    const [alice, bob, carol] = [aUser('alice'), aUser('bob'), aUser('carol')]
    const chat = await aChatOf(2, alice, bob)
    for (const ask of [
      (who: Service, user: string) => who.get<Reading>(markerOf(chat, user)),
      (who: Service, user: string) => move(who, chat, user, 1),
    ]) {
      expectProblem(await ask(service.as(alice), bob), 403, 'forbidden', 'another user')
      expectProblem(await ask(service.as(carol), bob), 404, 'not-found', 'a stranger')
      expectProblem(await ask(service.as(bob), carol), 404, 'not-found', 'of a stranger')
      expectSame('the user itself', (await ask(service.as(bob), bob)).status, 200)
      expectSame('a service', (await ask(service, bob)).status, 200)
    }
    await service.delete(`${chat}/members/${bob}`)
    expectProblem(await service.get(markerOf(chat, bob)), 404, 'not-found', 'of who was removed')
  })

  it('shows members and services up to where members have read, and strangers null', async () => {
    const [bob, carol] = [aUser('bob'), aUser('carol')]
    const chat = await service.aChat(2, { visibility: 'public', members: [{ user_id: bob, role: 'reader' }] })
    await move(service.as(bob), chat, bob, 1)
    for (const [who, read] of [
      [service, 1],
      [service.as(bob), 1],
      [service.as(carol), null],
    ] as const) {
      const { json: listed } = await who.get<Member[]>(`${chat}/members/`)
      const { json: one } = await who.get<Member>(`${chat}/members/${bob}`)
      expectSame(
        'as listed and alone',
        [...listed, one].map(({ read_message_id }) => read_message_id),
        [read, read],
      )
    }
  })
}
