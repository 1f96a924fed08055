import { randomUUID } from 'node:crypto'
import type { Message, Problem, Tombstone } from '../../../client/schemas.ts'
import { expectSame, expectThat } from '../../expectations.ts'
import { type Answer, aUser, expectProblem, lastNumber, messageIds, type Service } from '../../service.ts'
import type { Chapter } from '../../suite.ts'
import { nextOf } from './reaction.ts'

const reply = (who: Service, chat: string, reply_to: unknown, headers = {}) =>
  who.post<Message>(`${chat}/messages/`, { text: 'hello', reply_to }, headers)

export const replies: Chapter = (service, it) => {
  it('says which message one answers, for users and services; null and left out are the same', async () => {
    const alice = aUser('alice')
    const chat = await service.aChat(1, { members: [{ user_id: alice, role: 'member' }] })
    for (const who of [service, service.as(alice)]) {
      const { status, json } = await reply(who, chat, 1)
      expectSame('a reply', [status, json.reply_to], [201, 1])
      expectSame('as it is found', (await service.get<Message>(`${chat}/messages/${json.id}`)).json, json)
    }
    for (const none of [null, undefined])
      expectSame(`with ${none}`, (await reply(service, chat, none)).json.reply_to, null)
  })

  it('answers 422 to a reply to what is no message of the chat, or none any more, and sends nothing', async () => {
    const [chat, other] = [await service.aChat(2), await service.aChat(5)]
    await service.delete(`${chat}/messages/2`)
    for (const none of [2, 3, 5]) {
      const refused = (await reply(service, chat, none)) as Answer<unknown>
      expectProblem(refused, 422, 'validation-failed', `to ${none}`)
      const { errors = [] } = refused.json as Problem
      expectSame(
        `what is wrong with ${none}`,
        errors.map((error) => ['pointer' in error && error.pointer, error.code]),
        [['#/reply_to', 'no_message']],
      )
    }
    for (const wrong of [0, -1, 0.5, '1', [1]])
      expectProblem(await reply(service, chat, wrong), 422, 'validation-failed', `to ${JSON.stringify(wrong)}`)
    expectSame('messages sent', [await lastNumber(service, chat), await lastNumber(service, other)], [2, 5])
  })

  it('keeps what a reply answers when either is deleted, and when the reply is edited', async () => {
    const chat = await service.aChat(1)
    await reply(service, chat, 1)
    await service.delete(`${chat}/messages/1`)
    expectSame('what is deleted', (await service.get<Message>(`${chat}/messages/2`)).json.reply_to, 1)
    const edited = await service.patch<Message>(`${chat}/messages/2`, { text: 'better' })
    expectSame('an edited reply', edited.json.reply_to, 1)
    const stream = await service.follow(`${chat}/events`)
    try {
      await service.delete(`${chat}/messages/2`)
      const { data } = await stream.event()
      expectSame('what is left of a reply', (data as Tombstone).reply_to, 1)
      expectThat('it is deleted', 'deleted_at' in (data as Tombstone))
    } finally {
      stream.close()
    }
  })

  it('pages the replies to a message, which need not be there any more, from page to page', async () => {
    const chat = await service.aChat(2)
    for (const to of [1, 2, 1, 1, undefined]) await reply(service, chat, to)
    const page = async (query: string) => messageIds(await service.get<Message[]>(`${chat}/messages/?${query}`))
    expectSame('newest first', await page('reply_to=1'), [6, 5, 3])
    expectSame('oldest first', await page('reply_to=1&order=asc'), [3, 5, 6])
    expectSame('between bounds', await page('reply_to=1&after=3&before=6'), [5])
    expectSame('to none', await page('reply_to=7'), [])
    await service.delete(`${chat}/messages/1`)
    await service.delete(`${chat}/messages/5`)
    const found: number[] = []
    let target = `${chat}/messages/?reply_to=1&limit=1`
    while (target !== '') {
      const answer: Answer<Message[]> = await service.get<Message[]>(target)
      found.push(...messageIds(answer))
      target = nextOf(answer)
    }
    expectSame('one by one', found, [6, 3])
    expectProblem(await service.get(`${chat}/messages/?reply_to=0`), 422, 'validation-failed', 'reply_to=0')
  })

  it('replays a reply under its key, though what it answers is deleted since', async () => {
    const chat = await service.aChat(1)
    const headers = { 'idempotency-key': randomUUID() }
    const first = await reply(service, chat, 1, headers)
    await service.delete(`${chat}/messages/1`)
    const again = await reply(service, chat, 1, headers)
    expectSame('again', [again.status, again.text], [201, first.text])
    for (const other of [{ text: 'hello' }, { text: 'hello', reply_to: 1, metadata: { a: 1 } }]) {
      const refused = await service.post(`${chat}/messages/`, other, headers)
      expectProblem(refused, 422, 'idempotency-key-reused', `${JSON.stringify(other)} under the key`)
    }
    expectSame('messages sent', await lastNumber(service, chat), 2)
  })
}
