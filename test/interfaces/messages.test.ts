import { expect } from 'chai'
import type { Messenger } from '../../src/messenger.ts'
import { aChatOn, type ChatBody, type Client, clientOf, type MessageBody } from '../client.ts'
import { overEachStorage, served } from '../served.ts'

describe('Messages over HTTP', () =>
  overEachStorage((storage) => {
    let messenger: Messenger
    let client: Client

    before(async () => {
      messenger = await served(await storage())
      client = clientOf(messenger.url)
    })
    after(() => messenger.stop())

    const aChatWith = async (count: number) => {
      const chat = await aChatOn(client)
      for (let n = 1; n <= count; n++) await client.post(`${chat}/messages/`, { text: `message ${n}` })
      return chat
    }
    const idsOf = async (target: string) => (await client.get<MessageBody[]>(target)).json.map(({ id }) => id)
    const linksIn = (headers: Headers): Record<string, string> =>
      Object.fromEntries(
        Array.from((headers.get('link') ?? '').matchAll(/<([^>]+)>; rel="(next|prev)"/g), ([, to = '', rel = '']) => [
          rel,
          to,
        ]),
      )
    const linksOf = async (target: string) => linksIn((await client.get(target)).headers)

    it('sends a message, trimmed, line breaks kept, and says where it is', async () => {
      const chat = await aChatOn(client)
      const sent = await client.post<MessageBody>(`${chat}/messages/`, { text: '  one\n\ntwo ' })
      expect(sent.status).to.equal(201)
      expect(sent.json).to.include({ id: 1, chat_id: Number(chat.split('/')[2]), text: 'one\n\ntwo', edited_at: null })
      expect(sent.headers.get('location')).to.equal(`${chat}/messages/1`)
      expect(sent.headers.get('etag')).to.equal('"1"')
      const found = await client.get<MessageBody>(`${chat}/messages/1`)
      expect(found.json).to.deep.equal(sent.json)
      expect(found.headers.get('etag')).to.equal('"1"')
      expect((await client.get<ChatBody>(chat)).json.updated_at).to.equal(sent.json.created_at)
    })

    it('takes 5000 code points, however they are written', async () => {
      const chat = await aChatOn(client)
      const text = '😀'.repeat(5000)
      const escaped = `{"text":"${'\\ud83d\\ude00'.repeat(5000)}"}`
      expect((await client.post<MessageBody>(`${chat}/messages/`, { text: ` ${text} ` })).json.text).to.equal(text)
      const sent = await client.request<MessageBody>('POST', `${chat}/messages/`, {
        body: escaped,
        headers: { 'content-type': 'application/json; charset=UTF-8' },
      })
      expect([sent.status, sent.json.text]).to.deep.equal([201, text])
      const long = await client.post(`${chat}/messages/`, { text: `${text}x` })
      expect(long.json.errors).to.deep.equal([
        {
          pointer: '#/text',
          code: 'too_long',
          detail: 'must be at most 5000 characters (Unicode code points) once trimmed',
        },
      ])
    })

    it('lists the last ones newest first, and turns the page round when asked', async () => {
      const chat = await aChatWith(25)
      const last = Array.from({ length: 20 }, (_, n) => 25 - n)
      expect(await idsOf(`${chat}/messages/`)).to.deep.equal(last)
      expect(await idsOf(`${chat}/messages/?order=asc`)).to.deep.equal(last.toReversed())
      expect(await idsOf(`${chat}/messages/?limit=3&before=10`)).to.deep.equal([9, 8, 7])
      expect(await idsOf(`${chat}/messages/?limit=3&after=10`)).to.deep.equal([13, 12, 11])
      expect(await idsOf(`${chat}/messages/?limit=3&after=10&order=asc`)).to.deep.equal([11, 12, 13])
      expect(await idsOf(`${chat}/messages/?after=10&before=13`)).to.deep.equal([12, 11])
      expect(await idsOf(`${chat}/messages/?after=25`)).to.deep.equal([])
      expect(await idsOf(`${chat}/messages/?before=1`)).to.deep.equal([])
    })

    it('links each page to the next and the previous one, in the order shown, until there is none', async () => {
      const chat = await aChatWith(5)
      const list = `${chat}/messages/`
      expect(await linksOf(`${list}?limit=2`)).to.deep.equal({ next: `${list}?limit=2&before=4` })
      expect(await linksOf(`${list}?limit=2&before=4`)).to.deep.equal({
        next: `${list}?limit=2&before=2`,
        prev: `${list}?limit=2&after=3`,
      })
      expect(await linksOf(`${list}?limit=2&before=2`)).to.deep.equal({ prev: `${list}?limit=2&after=1` })
      expect(await linksOf(`${list}?order=asc&after=0&limit=2`)).to.deep.equal({
        next: `${list}?limit=2&after=2&order=asc`,
      })
      expect(await linksOf(`${list}?order=asc&after=2&limit=2`)).to.deep.equal({
        next: `${list}?limit=2&after=4&order=asc`,
        prev: `${list}?limit=2&before=3&order=asc`,
      })
      expect(await linksOf(`${list}?order=asc&after=4&limit=2`)).to.deep.equal({
        prev: `${list}?limit=2&before=5&order=asc`,
      })
      expect(await linksOf(list)).to.deep.equal({})
    })

    it('links an empty page back to where there may be something, and to nowhere else', async () => {
      const list = `${await aChatWith(3)}/messages/`
      const greatest = Number.MAX_SAFE_INTEGER
      for (const [query, links, leadsTo] of [
        ['before=1', { prev: 'after=0' }, [3, 2, 1]],
        ['before=1&order=asc', { next: 'after=0&order=asc' }, [1, 2, 3]],
        ['after=3', { next: 'before=4' }, [3, 2, 1]],
        ['after=3&order=asc', { prev: 'before=4&order=asc' }, [1, 2, 3]],
        [`after=${greatest}`, { next: 'before=999999999999999' }, [3, 2, 1]],
        ['after=3&before=4', {}],
        ['after=3&before=2', {}],
        ['after=0&before=1', {}],
        [`after=3&before=${greatest}`, {}],
        [`after=3&before=${greatest}&order=asc`, {}],
        ['after=1&before=3&cursor=before-2', { prev: 'before=3&after=1&cursor=after-1' }, [2]],
        ['after=1&before=3&cursor=after-2', { next: 'before=3&after=1&cursor=before-3' }, [2]],
      ] as const) {
        expect(await idsOf(`${list}?${query}`), query).to.deep.equal([])
        const found = await linksOf(`${list}?${query}`)
        expect(found, query).to.deep.equal(
          Object.fromEntries(Object.entries(links).map(([rel, to]) => [rel, `${list}?${to}`])),
        )
        for (const link of Object.values(found)) expect(await idsOf(link), link).to.deep.equal(leadsTo)
      }
      expect(await linksOf(`${await aChatOn(client)}/messages/`), 'of an empty chat').to.deep.equal({})
    })

    it('leads through every message once while others are sent and deleted', async () => {
      const chat = await aChatWith(30)
      const seen: number[] = []
      for (let target: string | undefined = `${chat}/messages/?limit=4`; target !== undefined;) {
        const { json, headers }: Awaited<ReturnType<typeof client.get<MessageBody[]>>> = await client.get(target)
        seen.push(...json.map(({ id }) => id))
        await client.post(`${chat}/messages/`, { text: 'meanwhile' })
        await client.delete(`${chat}/messages/${seen.at(-2) ?? 0}`)
        target = linksIn(headers)['next']
      }
      expect(seen).to.deep.equal(Array.from({ length: 30 }, (_, n) => 30 - n))
    })

    it('edits a message: text, time and tag change, number and place stay', async () => {
      const chat = await aChatWith(2)
      const edited = await client.patch<MessageBody>(`${chat}/messages/1`, { text: ' better ' })
      expect([edited.status, edited.json.text, edited.headers.get('etag')]).to.deep.equal([200, 'better', '"3"'])
      expect(edited.json.edited_at).to.be.a('string')
      expect((await client.get<MessageBody>(`${chat}/messages/1`)).json).to.deep.equal(edited.json)
      expect(await idsOf(`${chat}/messages/`)).to.deep.equal([2, 1])
    })

    it('takes no revision for an edit to the text the message has', async () => {
      const chat = await aChatWith(1)
      const edited = await client.patch<MessageBody>(`${chat}/messages/1`, { text: 'message 1' })
      expect([edited.status, edited.json.edited_at, edited.headers.get('etag')]).to.deep.equal([200, null, '"1"'])
    })

    it('deletes a message: it is gone from item and lists, and its number is not used again', async () => {
      const chat = await aChatWith(3)
      expect((await client.delete(`${chat}/messages/3`)).status).to.equal(204)
      expect((await client.delete(`${chat}/messages/3`)).status).to.equal(404)
      const gone = await client.get(`${chat}/messages/3`)
      expect(gone.json.detail).to.equal(`Message 3 of chat ${chat.split('/')[2] ?? ''} was not found`)
      expect((await client.patch(`${chat}/messages/3`, { text: 'x' })).status).to.equal(404)
      expect(await idsOf(`${chat}/messages/`)).to.deep.equal([2, 1])
      expect((await client.post<MessageBody>(`${chat}/messages/`, { text: 'next' })).json.id).to.equal(4)
    })

    it('goes where the path says, whatever else the body says', async () => {
      const [chat, other] = [await aChatWith(2), await aChatWith(2)]
      const elsewhere = Number(other.split('/')[2])
      const more = { chatId: elsewhere, chat_id: elsewhere, messageId: 1, message_id: 1, id: 9, createdAt: 'x' }
      const control = { intent: { key: 'k', fingerprint: 'f' }, expected: [99], selection: { limit: 1 } }
      const body = { text: 'here', title: 'here', ...more, ...control }
      const here = { chat_id: Number(chat.split('/')[2]), text: 'here' }
      const before = (await client.get(other)).text

      expect((await client.post<MessageBody>(`${chat}/messages/`, body)).json).to.include({ id: 3, ...here })
      expect((await client.post<MessageBody>(`${chat}/messages/`, body)).json).to.include({ id: 4, ...here })
      expect((await client.patch<MessageBody>(`${chat}/messages/2`, body)).json).to.include({ id: 2, ...here })
      expect((await client.patch<ChatBody>(chat, body)).json).to.include({ id: here.chat_id, title: 'here' })
      expect((await client.get(other)).text).to.equal(before)
      const query = `chatId=${elsewhere}&selection=1&path=/chats/${elsewhere}`
      expect(await idsOf(`${chat}/messages/?limit=3&${query}`)).to.deep.equal([4, 3, 2])
    })

    it('says that a chat or a message is not there, also for ids up to the greatest', async () => {
      const chat = await aChatOn(client)
      for (const id of [99_999, Number.MAX_SAFE_INTEGER]) {
        expect((await client.get(`/chats/${id}/messages/`)).status).to.equal(404)
        expect((await client.post(`/chats/${id}/messages/`, { text: 'x' })).status).to.equal(404)
        expect((await client.get(`${chat}/messages/${id}`)).status).to.equal(404)
        expect((await client.patch(`${chat}/messages/${id}`, { text: 'x' })).status).to.equal(404)
        expect((await client.delete(`${chat}/messages/${id}`)).status).to.equal(404)
        expect((await client.get(`/chats/${id}`)).json.detail).to.equal(`Chat ${id} was not found`)
      }
    })
  }))
