import { randomUUID } from 'node:crypto'
import type { Chat, ChatWithMessages, Message } from '../../client/schemas.ts'
import { expectSame, expectThat } from '../expectations.ts'
import { limits } from '../limits.ts'
import { type Answer, expectProblem, lastNumber } from '../service.ts'
import type { Chapter } from '../suite.ts'

const keyed = (key: string) => ({ 'idempotency-key': key })

const isReplayed = ({ headers }: Answer<unknown>) => headers.get('idempotency-replayed') === 'true'

export const idempotency: Chapter = (service, it) => {
  const send = <Body = Message>(chat: string, key: string, text = 'hello') =>
    service.post<Body>(`${chat}/messages/`, { text }, keyed(key))

  it('does a request with a key once: the same again gets the same answer, and says so', async () => {
    const chat = await service.aChat()
    const key = randomUUID()
    const first = await send(chat, key)
    const again = await send(chat, key)
    expectSame('the first answer', [first.status, isReplayed(first)], [201, false])
    expectSame('the second answer', [again.status, again.text, isReplayed(again)], [201, first.text, true])
    for (const name of ['etag', 'location']) expectSame(name, again.headers.get(name), first.headers.get(name))
    expectSame('messages sent', await lastNumber(service, chat), 1)
  })

  it('does requests with one key that come at the same time once', async () => {
    const chat = await service.aChat()
    for (let round = 1; round <= 5; round++) {
      const key = randomUUID()
      const answers = await Promise.all(Array.from({ length: 10 }, () => send(chat, key, `round ${round}`)))
      expectSame('different answers', new Set(answers.map(({ status, text }) => `${status} ${text}`)).size, 1)
      expectSame('answers that are no replay', answers.filter((answer) => !isReplayed(answer)).length, 1)
      expectSame('messages sent', await lastNumber(service, chat), round)
    }
  })

  it('opens one chat for one key', async () => {
    const key = randomUUID()
    const first = await service.post<Chat>('/chats/', { title: 'once' }, keyed(key))
    const again = await service.post<Chat>('/chats/', { title: 'once' }, keyed(key))
    expectSame('the second answer', [again.status, again.text, isReplayed(again)], [201, first.text, true])
  })

  it('sees what a request means, not how it is written', async () => {
    const chat = await service.aChat()
    const key = randomUUID()
    const first = await send(chat, key, 'é 😀')
    const again = await service.request<Message>('POST', `${chat}/messages`, {
      body: `\n{ "more" : 1,\t"text": "  \\u00e9 \\ud83d\\ude00\\n" }`,
      headers: { 'content-type': 'application/json', ...keyed(`"${key}"`) },
    })
    expectSame('the second answer', [again.text, isReplayed(again)], [first.text, true])
  })

  it('answers a repeated request as at first, also when the message was edited or deleted since', async () => {
    const chat = await service.aChat()
    const key = randomUUID()
    const first = await send(chat, key)
    await service.patch(`${chat}/messages/1`, { text: 'edited' })
    expectSame('after an edit', (await send(chat, key)).text, first.text)
    await service.delete(`${chat}/messages/1`)
    expectSame('after a deletion', (await send(chat, key)).text, first.text)
    const { json } = await service.get<ChatWithMessages>(chat)
    expectSame('messages sent and left', [json.last_message_id, json.messages], [1, []])
  })

  it('answers 422 idempotency-key-reused to a key that was used for something else', async () => {
    const chat = await service.aChat()
    const key = randomUUID()
    await send(chat, key)
    expectProblem(await send(chat, key, 'other'), 422, 'idempotency-key-reused', 'another text')
    expectSame('messages sent', await lastNumber(service, chat), 1)
  })

  it('leaves a key free when the request was refused, and in other chats', async () => {
    const [chat, other] = [await service.aChat(), await service.aChat()]
    const key = randomUUID()
    expectProblem(await send(chat, key, ' '), 422, 'validation-failed', 'a blank text')
    for (const target of [chat, other]) {
      const sent = await send(target, key)
      expectSame('a good text', [sent.status, isReplayed(sent)], [201, false])
    }
  })

  it('frees the key of a chat that was deleted', async () => {
    const key = randomUUID()
    const first = await service.post<Chat>('/chats/', { title: 'once' }, keyed(key))
    await service.delete(`/chats/${first.json.id}`)
    const anew = await service.post<Chat>('/chats/', { title: 'once' }, keyed(key))
    expectThat('another chat', anew.status === 201 && anew.json.id > first.json.id)
  })

  it(`answers 400 malformed-request to a key that is not 1 to ${limits.key} visible ASCII characters`, async () => {
    const chat = await service.aChat()
    for (const key of ['has space', '"unclosed', 'x'.repeat(limits.key + 1)])
      expectProblem(await send(chat, key), 400, 'malformed-request', `the key ${key.slice(0, 20)}`)
    expectSame(`one of ${limits.key}`, (await send(chat, 'x'.repeat(limits.key))).status, 201)
  })
}
