import type { OwnReaction, Reactor } from '../../../client/schemas.ts'
import { expectSame } from '../../expectations.ts'
import { aUser, expectProblem } from '../../service.ts'
import type { Chapter } from '../../suite.ts'
import { nextOf, own, react, reactorsOf, upTo } from './reaction.ts'

export const reactors: Chapter = (service, it) => {
  it('says who reacted so, by user id, from page to page', async () => {
    const chat = await service.aChat(1, { visibility: 'public' })
    const users = upTo(5).map((n) => aUser(`user${n}`))
    for (const user of users.toReversed()) await react(service.as(user), chat, '+1')
    await react(service.as(aUser('other')), chat, '❤')
    const first = await reactorsOf(service, chat, '+1', '&limit=2')
    const second = await service.get<Reactor[]>(nextOf(first))
    const listed = [first, second].map(({ json }) => json)
    const expected = users.map((user_id) => ({ user_id, reaction: '+1' }))
    expectSame('two pages', listed, [expected.slice(0, 2), expected.slice(2, 4)])
    const rest = await reactorsOf(service, chat, '+1', `&after=${users[3]}`)
    expectSame('the rest', [rest.json, nextOf(rest)], [expected.slice(4), ''])
    expectSame('of none', (await reactorsOf(service, chat, 'x')).json, [])
    expectProblem(await service.get(`${chat}/messages/1/reactions/`), 422, 'validation-failed', 'without a reaction')
    expectProblem(await service.get(`${chat}/messages/2/reactions/?reaction=x`), 404, 'not-found', 'of no message')
  })

  it('says how a user itself reacted, newest messages first, to itself and to services alone', async () => {
    const [alice, bob] = [aUser('alice'), aUser('bob')]
    const chat = await service.aChat(3, { visibility: 'public' })
    const user = service.as(alice)
    for (const id of [1, 3]) await react(user, chat, '❤', id)
    await react(service.as(bob), chat, '❤', 2)
    const [newest, oldest] = [3, 1].map((message_id) => ({ message_id, reaction: '❤' }))
    for (const who of [user, service]) expectSame('all', (await own(who, chat, alice)).json, [newest, oldest])
    expectSame('between', (await own(user, chat, alice, '?before=3&after=0')).json, [oldest])
    const first = await own(user, chat, alice, '?limit=1')
    const second = await service.as(alice).get<OwnReaction[]>(nextOf(first))
    expectSame('two pages', [first.json, second.json, nextOf(second)], [[newest], [oldest], ''])
    expectProblem(await own(service.as(bob), chat, alice), 403, 'forbidden', 'of another user')
    await service.delete(`${chat}/messages/3`)
    expectSame('without a deleted message', (await own(user, chat, alice)).json, [oldest])
  })
}
