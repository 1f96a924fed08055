import type { Chat, ChatWithMessages, Message } from '../../client/schemas.ts'
import { expectMatch, expectSame, expectThat } from '../expectations.ts'
import { limits } from '../limits.ts'
import { expectProblem, lastNumber, messageIds, numberOf } from '../service.ts'
import type { Chapter } from '../suite.ts'

export const chats: Chapter = (service, it) => {
  it('opens an empty chat and says where it is', async () => {
    const { status, json, headers } = await service.post<Chat>('/chats/', { title: 'Release party' })
    expectSame('status', status, 201)
    expectSame('members', Object.keys(json).sort(), [
      'created_at',
      'id',
      'last_message_id',
      'metadata',
      'title',
      'updated_at',
      'visibility',
    ])
    expectSame('title and last number', [json.title, json.last_message_id], ['Release party', 0])
    expectSame('metadata', json.metadata, {})
    expectMatch('created_at', json.created_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    expectSame('updated_at', json.updated_at, json.created_at)
    expectSame('Location', headers.get('location'), `/chats/${json.id}`)
    const found = await service.get<ChatWithMessages>(`/chats/${json.id}`)
    expectSame('what is found there', [found.status, found.json], [200, { ...json, messages: [] }])
  })

  it(`drops white space around a title and takes ${limits.title} code points between it`, async () => {
    for (const title of ['x'.repeat(limits.title), '😀'.repeat(limits.title)]) {
      const { status, json } = await service.post<Chat>('/chats/', { title: ` \n${title}\t ` })
      expectSame('status and title', [status, json.title], [201, title])
    }
  })

  it('ignores members and parameters that it does not know', async () => {
    const opened = await service.post<Chat>('/chats/?unknown=1&unknown=2', { title: 'x', unknown: [1] })
    expectSame('status', opened.status, 201)
    expectThat('an unknown member is not echoed', !('unknown' in opened.json))
  })

  it('shows a chat with its last messages, newest first', async () => {
    const sent = limits.defaultPage + 2
    const chat = await service.aChat(sent)
    const { json } = await service.get<ChatWithMessages>(chat)
    expectSame('last_message_id', json.last_message_id, sent)
    const ids = ({ messages }: ChatWithMessages) => messages.map(({ id }) => id)
    expectSame(
      `the last ${limits.defaultPage}`,
      ids(json),
      Array.from({ length: limits.defaultPage }, (_, n) => sent - n),
    )
    expectSame('with limit=2', ids((await service.get<ChatWithMessages>(`${chat}?limit=2`)).json), [sent, sent - 1])
  })

  it('renames a chat, and changes nothing for the title it has', async () => {
    const chat = await service.aChat()
    const renamed = await service.patch<Chat>(chat, { title: ' Another ' })
    expectSame('status and title', [renamed.status, renamed.json.title], [200, 'Another'])
    const again = await service.patch<Chat>(chat, { title: 'Another' })
    expectSame('the same again', [again.status, again.json], [200, renamed.json])
    expectSame('its ETag', again.headers.get('etag'), renamed.headers.get('etag'))
  })

  it('deletes a chat with everything in it, once', async () => {
    const chat = await service.aChat(2)
    const deleted = await service.delete(chat)
    expectSame('status and body', [deleted.status, deleted.text], [204, ''])
    for (const target of [chat, `${chat}/messages/`, `${chat}/messages/1`])
      expectProblem(await service.get(target), 404, 'not-found', `GET ${target}`)
    expectProblem(await service.delete(chat), 404, 'not-found', 'DELETE again')
    expectProblem(await service.patch(chat, { title: 'x' }), 404, 'not-found', 'PATCH')
    expectProblem(await service.post(`${chat}/messages/`, { text: 'x' }), 404, 'not-found', 'POST a message')
  })

  it('does not give the id of a deleted chat to another', async () => {
    const chat = await service.aChat()
    await service.delete(chat)
    expectThat('the next id is greater', numberOf(await service.aChat()) > numberOf(chat))
  })

  it('keeps chats apart', async () => {
    const [one, other] = [await service.aChat(3), await service.aChat(1)]
    expectSame('numbers in the other', messageIds(await service.get<Message[]>(`${other}/messages/`)), [1])
    await service.delete(`${one}/messages/1`)
    expectSame('after a deletion in the one', (await service.get(`${other}/messages/1`)).status, 200)
    expectSame('the last number of the other', await lastNumber(service, other), 1)
  })

  it('serves both spellings of every path, without redirects', async () => {
    const chat = await service.aChat(1)
    for (const target of ['/chats', '/chats/', chat, `${chat}/`, `${chat}/messages`, `${chat}/messages/1/`])
      expectSame(`GET ${target}`, (await service.get(target)).status, 200)
    expectSame('POST /chats', (await service.post('/chats', { title: 'x' })).status, 201)
    expectSame('POST …/messages', (await service.post(`${chat}/messages`, { text: 'x' })).status, 201)
  })

  it('answers HEAD as GET without a body, and OPTIONS with Allow', async () => {
    const chat = await service.aChat(1)
    for (const target of ['/chats/', chat, `${chat}/messages/`, `${chat}/messages/1`]) {
      const head = await service.request('HEAD', target)
      expectSame(`HEAD ${target}`, [head.status, head.text], [200, ''])
      const options = await service.request('OPTIONS', target)
      expectSame(`OPTIONS ${target}`, options.status, 204)
      expectMatch(`Allow of ${target}`, options.headers.get('allow'), /\bGET\b.*\bHEAD\b.*\bOPTIONS\b/)
    }
  })
}
