import { expect } from 'chai'
import type { Messenger } from '../../src/messenger.ts'
import { aChatOn, type ChatBody, type Client, clientOf, type MessageBody } from '../client.ts'
import { overEachStorage, served } from '../served.ts'

describe('Chats over HTTP', () =>
  overEachStorage((storage) => {
    let messenger: Messenger
    let client: Client

    before(async () => {
      messenger = await served(await storage())
      client = clientOf(messenger.url)
    })
    after(() => messenger.stop())

    const pagesFrom = async (first: string, rel: string) => {
      const pages: number[][] = []
      for (let target: string | undefined = first; target !== undefined;) {
        const answer: Awaited<ReturnType<typeof client.get<ChatBody[]>>> = await client.get<ChatBody[]>(target)
        pages.push(answer.json.map(({ id }) => id))
        target = new RegExp(`<([^>]+)>; rel="${rel}"`).exec(answer.headers.get('link') ?? '')?.[1]
      }
      return pages
    }

    it('creates a chat, trimmed, and says where it is', async () => {
      const created = await client.post<ChatBody>('/chats/', { title: `  ${'x'.repeat(200)}\n `, unknown: [1] })
      expect(created.status).to.equal(201)
      expect(created.json).to.include({ title: 'x'.repeat(200), last_message_id: 0 })
      expect(created.json.updated_at).to.equal(created.json.created_at)
      expect(created.json.created_at).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      expect(created.headers.get('location')).to.equal(`/chats/${created.json.id}`)
      const found = await client.get<ChatBody>(created.headers.get('location') ?? '')
      expect(found.json).to.deep.equal({ ...created.json, messages: [] })
      expect(found.headers.get('etag')).to.equal(created.headers.get('etag'))
    })

    it('shows a chat with its last messages, newest first', async () => {
      const chat = await aChatOn(client)
      for (let n = 1; n <= 22; n++) await client.post(`${chat}/messages/`, { text: `message ${n}` })
      const { json } = await client.get<ChatBody>(chat)
      expect(json.last_message_id).to.equal(22)
      expect(json.messages.map(({ id }) => id)).to.deep.equal(Array.from({ length: 20 }, (_, n) => 22 - n))
      expect((await client.get<ChatBody>(`${chat}?limit=1`)).json.messages).to.have.length(1)
      expect((await client.get<ChatBody>(`${chat}?limit=100&other=1&other=2`)).json.messages).to.have.length(22)
    })

    it('renames a chat, and takes no revision for the title it has', async () => {
      const chat = await aChatOn(client, 'old')
      const renamed = await client.patch<ChatBody>(chat, { title: ' new ' })
      expect([renamed.status, renamed.json.title, renamed.headers.get('etag')]).to.deep.equal([200, 'new', '"1"'])
      const again = await client.patch<ChatBody>(chat, { title: 'new' })
      expect([again.status, again.headers.get('etag')]).to.deep.equal([200, '"1"'])
      expect(again.json).to.deep.equal(renamed.json)
    })

    it('deletes a chat with its messages, once', async () => {
      const chat = await aChatOn(client)
      await client.post<MessageBody>(`${chat}/messages/`, { text: 'hello' })
      expect((await client.delete(chat)).status).to.equal(204)
      expect((await client.delete(chat)).json.detail).to.equal(`Chat ${chat.split('/')[2] ?? ''} was not found`)
      expect((await client.get(chat)).status).to.equal(404)
      expect((await client.get(`${chat}/messages/`)).status).to.equal(404)
      expect((await client.get(`${chat}/messages/1`)).status).to.equal(404)
      expect((await client.post(`${chat}/messages/`, { text: 'late' })).status).to.equal(404)
      expect((await client.patch(chat, { title: 'late' })).status).to.equal(404)
    })

    it('lists chats newest first, and links lead through all of them in both directions', async () => {
      const ids: number[] = []
      for (let n = 0; n < 5; n++) ids.push(Number((await aChatOn(client)).split('/')[2]))
      const newest = ids.toReversed()
      const oldest = (ids[0] ?? 0) - 1
      const all = (await pagesFrom('/chats/?limit=2', 'next')).flat()
      expect(all.slice(0, 5)).to.deep.equal(newest)
      expect(new Set(all).size).to.equal(all.length)
      const back = await pagesFrom(`/chats/?limit=2&after=${oldest}`, 'prev')
      expect(back).to.deep.equal([[newest[3], newest[4]], [newest[1], newest[2]], [newest[0]]])
      expect((await client.get<ChatBody[]>(`/chats/?before=${ids[1]}&after=${oldest}`)).json).to.have.length(1)
    })

    it('serves both spellings of every path without a redirect', async () => {
      expect((await client.post<ChatBody>('/chats', { title: 'x' })).status).to.equal(201)
      expect((await client.get('/chats')).status).to.equal(200)
      const chat = await aChatOn(client)
      expect((await client.get(`${chat}/`)).status).to.equal(200)
      expect((await client.post(`${chat}/messages`, { text: 'x' })).status).to.equal(201)
      expect((await client.get(`${chat}/messages`)).status).to.equal(200)
      expect((await client.get(`${chat}/messages/1/`)).status).to.equal(200)
    })
  }))
