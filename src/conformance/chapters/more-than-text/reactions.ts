import type { Message, Problem, Tombstone } from '../../../client/schemas.ts'
import { expectSame, expectThat } from '../../expectations.ts'
import { limits } from '../../limits.ts'
import { aUser, expectProblem } from '../../service.ts'
import type { Chapter } from '../../suite.ts'
import { own, react, takeBack, upTo } from './reaction.ts'

export const reactions: Chapter = (service, it) => {
  const aPublicChat = (messages = 1) => service.aChat(messages, { visibility: 'public' })
  /** Each reaction with its count, as the message has them. */
  const counts = async (chat: string, id = 1) =>
    (await service.get<Message>(`${chat}/messages/${id}`)).json.reactions.map(
      ({ reaction, count }) => [reaction, count] as const,
    )

  it('counts who reacted how, first used first, each user once', async () => {
    const [alice, bob] = [service.as(aUser('alice')), service.as(aUser('bob'))]
    const chat = await aPublicChat()
    const reacted = await react(alice, chat, '❤')
    expectSame('status and body', [reacted.status, reacted.text], [204, ''])
    await react(bob, chat, '+1')
    await react(bob, chat, '❤')
    expectSame('reactions', await counts(chat), [
      ['❤', 2],
      ['+1', 1],
    ])
    await takeBack(alice, chat, '❤')
    expectSame('one fewer', await counts(chat), [
      ['❤', 1],
      ['+1', 1],
    ])
    await takeBack(bob, chat, '❤')
    await react(alice, chat, '❤')
    expectSame('begun anew', await counts(chat), [
      ['+1', 1],
      ['❤', 1],
    ])
  })

  it('takes no revision for a reaction that is there, and 404 takes none back that is not', async () => {
    const [alice, bob] = [service.as(aUser('alice')), service.as(aUser('bob'))]
    const chat = await aPublicChat()
    await react(alice, chat, '❤')
    const before = await service.get<Message>(`${chat}/messages/1`)
    expectSame('again', (await react(alice, chat, '❤')).status, 204)
    expectProblem(await takeBack(bob, chat, '❤'), 404, 'not-found', 'of another')
    expectProblem(await takeBack(alice, chat, '❤\uFE0F'), 404, 'not-found', 'written otherwise')
    const after = await service.get<Message>(`${chat}/messages/1`)
    expectSame('the message', [after.headers.get('etag'), after.text], [before.headers.get('etag'), before.text])
    expectProblem(await react(alice, chat, '❤', 2), 404, 'not-found', 'to no message')
  })

  it('counts reactions that come at the same time, each once', async () => {
    const chat = await aPublicChat()
    const users = upTo(10).map((n) => service.as(aUser(`user${n}`)))
    await Promise.all(users.flatMap((user) => [react(user, chat, '❤'), react(user, chat, '❤')]))
    expectSame('reactions', await counts(chat), [['❤', 10]])
    await Promise.all(users.slice(3).map((user) => takeBack(user, chat, '❤')))
    expectSame('fewer', await counts(chat), [['❤', 3]])
  })

  it('is a change of the message, which followers are told; the text is as it was', async () => {
    const user = aUser('alice')
    const alice = service.as(user)
    const chat = await aPublicChat()
    const before = await service.get<Message>(`${chat}/messages/1`)
    const stream = await service.follow(`${chat}/events`)
    try {
      await react(alice, chat, '❤')
      const { json, headers } = await service.get<Message>(`${chat}/messages/1`)
      expectSame('put', await stream.event(), { event: 'message', id: '2', data: json })
      expectThat('another ETag', headers.get('etag') !== before.headers.get('etag'))
      expectSame('all but the reactions', { ...json, reactions: [] }, before.json)
      await takeBack(alice, chat, '❤')
      const { id, data } = await stream.event()
      expectSame('taken back', [id, (data as Message).reactions], ['3', []])
      await react(alice, chat, '❤')
      await stream.event()
      await service.delete(`${chat}/messages/1`)
      const { data: left } = await stream.event()
      expectSame('of a tombstone', 'reactions' in (left as Tombstone), false)
      expectSame('its own', (await own(service, chat, user)).json, [])
    } finally {
      stream.close()
    }
  })

  it('keeps reactions as they are written, and answers 422 to what is none', async () => {
    const alice = service.as(aUser('alice'))
    const chat = await aPublicChat()
    const written = ['é', 'e\u0301', '❤', '❤\uFE0F', '👩‍👩‍👧', 'a/b?c#d%2e', '...', '😀'.repeat(limits.reaction)]
    for (const reaction of written) expectSame(reaction, (await react(alice, chat, reaction)).status, 204)
    expectSame(
      'reactions',
      await counts(chat),
      written.map((reaction) => [reaction, 1]),
    )
    for (const none of ['a b', '\u00A0', '\u200D', '\u0000', '😀'.repeat(limits.reaction + 1)])
      for (const answer of [await react(alice, chat, none), await takeBack(alice, chat, none)])
        expectProblem(answer, 422, 'validation-failed', JSON.stringify(none))
    expectSame('afterwards', (await counts(chat)).length, written.length)
  })

  it(`has ${limits.reactions} different reactions on a message, of which all may have each, and no more`, async () => {
    const [alice, bob] = [service.as(aUser('alice')), service.as(aUser('bob'))]
    const chat = await aPublicChat()
    for (const n of upTo(limits.reactions)) await react(alice, chat, `r${n}`)
    const beyond = await react(bob, chat, 'more')
    expectProblem(beyond, 422, 'validation-failed', `${limits.reactions + 1}`)
    const { errors = [] } = beyond.json as Problem
    expectSame(
      'what is wrong',
      errors.map(({ code }) => code),
      ['too_many'],
    )
    expectSame('one that is there', (await react(bob, chat, 'r1')).status, 204)
    await takeBack(alice, chat, 'r2')
    expectSame('in place of another', (await react(bob, chat, 'more')).status, 204)
  })

  it('outlasts membership, and is of nobody for a service: 403', async () => {
    const bob = aUser('bob')
    const chat = await service.aChat(1, { members: [{ user_id: bob, role: 'member' }] })
    await react(service.as(bob), chat, '❤')
    await service.delete(`${chat}/members/${bob}`)
    expectSame('reactions', await counts(chat), [['❤', 1]])
    expectSame('its own', (await own(service, chat, bob)).json, [{ message_id: 1, reaction: '❤' }])
    expectProblem(await react(service.as(bob), chat, '+1'), 404, 'not-found', 'of a stranger now')
    for (const answer of [await react(service, chat, '❤'), await takeBack(service, chat, '❤')])
      expectProblem(answer, 403, 'forbidden', 'for nobody')
  })
}
