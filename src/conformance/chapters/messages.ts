import type { ChatWithMessages, Message } from '../../client/schemas.ts'
import { expectMatch, expectSame, expectThat } from '../expectations.ts'
import { limits } from '../limits.ts'
import { expectProblem, lastNumber, messageIds, numberOf } from '../service.ts'
import type { Chapter } from '../suite.ts'

const upTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1)

export const messages: Chapter = (service, it) => {
  const send = (chat: string, text: string) => service.post<Message>(`${chat}/messages/`, { text })

  it('numbers the messages of a chat 1, 2, 3 … without gaps', async () => {
    const chat = await service.aChat()
    const numbers: number[] = []
    for (const n of upTo(5)) numbers.push((await send(chat, `message ${n}`)).json.id)
    expectSame('numbers', numbers, upTo(5))
    expectSame('last_message_id', await lastNumber(service, chat), 5)
  })

  it('numbers messages that are sent at the same time without gaps or doubles', async () => {
    const chat = await service.aChat()
    const sent = await Promise.all(upTo(20).map((n) => send(chat, `message ${n}`)))
    const numbers = sent.map(({ json }) => json.id)
    expectSame(
      'numbers',
      numbers.toSorted((a, b) => a - b),
      upTo(20),
    )
    const kept = await service.get<Message[]>(`${chat}/messages/`)
    const byNumber = (all: readonly Message[]) => all.toSorted((a, b) => a.id - b.id)
    expectSame('what is kept', byNumber(kept.json), byNumber(sent.map(({ json }) => json)))
  })

  it('answers with the whole message and says where it is', async () => {
    const chat = await service.aChat()
    const { status, json, headers } = await send(chat, '  one\n\ntwo ')
    expectSame('status', status, 201)
    const { created_at, ...rest } = json
    expectMatch('created_at', created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expectSame('message', rest, {
      id: 1,
      chat_id: numberOf(chat),
      author: null,
      reply_to: null,
      text: 'one\n\ntwo',
      metadata: {},
      reactions: [],
      edited_at: null,
    })
    expectSame('Location', headers.get('location'), `${chat}/messages/1`)
    const found = await service.get<Message>(`${chat}/messages/1`)
    expectSame('what is found there', [found.status, found.json], [200, json])
    expectSame('its ETag', found.headers.get('etag'), headers.get('etag'))
  })

  it('keeps texts as they were written: nothing is normalised or lost', async () => {
    const chat = await service.aChat()
    for (const text of ['e\u0301 \u00e9', '👩‍👩‍👧 \u202Eabc\u202C', 'tab\tand\r\nline', '\u{10FFFF}', '"\\/\b\u007f'])
      expectSame('text', (await send(chat, text)).json.text, text)
  })

  it(`counts code points: ${limits.text} are taken, however they are written, ${limits.text + 1} are not`, async () => {
    const chat = await service.aChat()
    const text = '😀'.repeat(limits.text)
    expectThat(`${limits.text} come back`, (await send(chat, text)).json.text === text)
    const escaped = `{"text":"${'\\ud83d\\ude00'.repeat(limits.text)}"}`
    const headers = { 'content-type': 'application/json; charset=UTF-8' }
    const sent = await service.request<Message>('POST', `${chat}/messages/`, { headers, body: escaped })
    expectThat(`${limits.text} escaped come back`, sent.json.text === text)
    const long = await service.post(`${chat}/messages/`, { text: `${text}x` })
    expectProblem(long, 422, 'validation-failed', `${limits.text + 1}`)
  })

  it('moves the chat with each message, and its time never runs backwards', async () => {
    const chat = await service.aChat()
    let last = ''
    for (const n of upTo(5)) {
      const { json } = await send(chat, `message ${n}`)
      expectThat('created_at is not before that of the message before', json.created_at >= last)
      last = json.created_at
      expectSame('updated_at of the chat', (await service.get<ChatWithMessages>(chat)).json.updated_at, last)
    }
  })

  it('edits a message: text, time and ETag change, number and place stay', async () => {
    const chat = await service.aChat(3)
    const before = await service.get<Message>(`${chat}/messages/2`)
    const { status, json, headers } = await service.patch<Message>(`${chat}/messages/2`, { text: ' better ' })
    expectSame('status', status, 200)
    expectSame('message', { ...json, edited_at: null }, { ...before.json, text: 'better' })
    expectMatch('edited_at', json.edited_at, /Z$/)
    expectThat('another ETag', headers.get('etag') !== before.headers.get('etag'))
    expectSame('places', messageIds(await service.get<Message[]>(`${chat}/messages/`)), [3, 2, 1])
  })

  it('changes nothing for the text that a message has', async () => {
    const chat = await service.aChat(1)
    const before = await service.get<Message>(`${chat}/messages/1`)
    const again = await service.patch<Message>(`${chat}/messages/1`, { text: 'message 1' })
    expectSame('message', [again.status, again.json], [200, before.json])
    expectSame('ETag', again.headers.get('etag'), before.headers.get('etag'))
  })

  it('deletes a message: it is not found, lists leave it out, its number is not used again', async () => {
    const chat = await service.aChat(3)
    const deleted = await service.delete(`${chat}/messages/3`)
    expectSame('status and body', [deleted.status, deleted.text], [204, ''])
    expectProblem(await service.get(`${chat}/messages/3`), 404, 'not-found', 'GET')
    expectProblem(await service.patch(`${chat}/messages/3`, { text: 'x' }), 404, 'not-found', 'PATCH')
    expectProblem(await service.delete(`${chat}/messages/3`), 404, 'not-found', 'DELETE again')
    expectSame('the list', messageIds(await service.get<Message[]>(`${chat}/messages/`)), [2, 1])
    expectSame('last_message_id', await lastNumber(service, chat), 3)
    expectSame('the next number', (await send(chat, 'next')).json.id, 4)
  })
}
