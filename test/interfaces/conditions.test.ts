import { expect } from 'chai'
import type { Messenger } from '../../src/messenger.ts'
import { aChatOn, type ChatBody, type Client, clientOf, type MessageBody } from '../client.ts'
import { releasing } from '../releasing.ts'
import { overEachStorage, served } from '../served.ts'

describe('Conditional requests', () =>
  overEachStorage((storage) => {
    let messenger: Messenger
    let client: Client

    before(async () => {
      messenger = await served(await storage())
      client = clientOf(messenger.url)
    })
    after(() => messenger.stop())

    const hold = releasing()

    const aChatWithMessage = async () => {
      const chat = await aChatOn(client)
      await client.post(`${chat}/messages/`, { text: 'hello' })
      return chat
    }
    const reading = (tag: string) => ({ 'if-none-match': tag })
    const changing = (tag: string) => ({ 'if-match': tag })

    it('are answered with 304 and no body while the client has what is there', async () => {
      const chat = await aChatWithMessage()
      for (const target of [chat, `${chat}?limit=1`, `${chat}/messages/`, `${chat}/messages/1`, '/chats/?limit=1']) {
        const tag = (await client.get(target)).headers.get('etag') ?? ''
        for (const header of [tag, `W/${tag}`, `"other", ${tag}`, ` ,${tag} ,`, '*']) {
          const answer = await client.get(target, reading(header))
          expect([answer.status, answer.text, answer.headers.get('etag')], header).to.deep.equal([304, '', tag])
        }
        expect((await client.get(target, reading('"other"'))).status).to.equal(200)
        expect((await client.request('HEAD', target, { headers: reading(tag) })).status).to.equal(304)
      }
    })

    it('are answered anew once something changed', async () => {
      const chat = await aChatWithMessage()
      const targets = [chat, `${chat}/messages/`, `${chat}/messages/1`, '/chats/?limit=1']
      const tags = await Promise.all(
        targets.map(async (target) => (await client.get(target)).headers.get('etag') ?? ''),
      )
      await client.patch(`${chat}/messages/1`, { text: 'edited' })
      for (const [index, target] of targets.entries())
        expect((await client.get(target, reading(tags[index] ?? ''))).status, target).to.equal(200)
    })

    it('change what is at the tag the client names, and nothing else', async () => {
      const chat = await aChatWithMessage()
      const message = `${chat}/messages/1`
      const stale = await client.patch(message, { text: 'x' }, changing('"7"'))
      expect([stale.status, stale.json.type]).to.deep.equal([412, '/problems/precondition-failed'])
      for (const tag of ['W/"1"', '"01"', '"abc"', '""', '"-1"', '"0", W/"1"']) {
        expect((await client.patch(message, { text: 'x' }, changing(tag))).status, tag).to.equal(412)
        expect((await client.delete(message, changing(tag))).status, tag).to.equal(412)
        expect((await client.patch(chat, { title: 'x' }, changing(tag))).status, tag).to.equal(412)
        expect((await client.delete(chat, changing(tag))).status, tag).to.equal(412)
      }
      expect((await client.patch<MessageBody>(message, { text: 'edited' }, changing('"9", "1"'))).status).to.equal(200)
      expect((await client.patch(message, { text: 'hello' }, changing('*'))).status).to.equal(200)
      expect((await client.patch<ChatBody>(chat, { title: 'new' }, changing('"3"'))).json.title).to.equal('new')
      expect((await client.delete(message, changing('"3"'))).status).to.equal(204)
      expect((await client.delete(chat, changing('"5"'))).status).to.equal(204)
    })

    it('take the tag that creating, reading and changing gave', async () => {
      const created = await client.post<ChatBody>('/chats/', { title: 'x' })
      const chat = created.headers.get('location') ?? ''
      const renamed = await client.patch(chat, { title: 'y' }, changing(created.headers.get('etag') ?? ''))
      expect(renamed.status).to.equal(200)
      const read = await client.get(chat)
      expect(read.headers.get('etag')).to.equal(renamed.headers.get('etag'))
      expect((await client.delete(chat, changing(read.headers.get('etag') ?? ''))).status).to.equal(204)
    })

    it('find nothing where there is nothing, whatever tag they name', async () => {
      const chat = await aChatOn(client)
      for (const tag of ['*', '"1"']) {
        expect((await client.patch(`${chat}/messages/1`, { text: 'x' }, changing(tag))).status).to.equal(404)
        expect((await client.delete('/chats/99999', changing(tag))).status).to.equal(404)
      }
    })

    it('take no revision when they change nothing, and are refused all the same when stale', async () => {
      const chat = await aChatWithMessage()
      const same = await client.patch(`${chat}/messages/1`, { text: 'hello' }, changing('"1"'))
      expect([same.status, same.headers.get('etag')]).to.deep.equal([200, '"1"'])
      expect((await client.patch(`${chat}/messages/1`, { text: 'hello' }, changing('"2"'))).status).to.equal(412)
    })

    it('read only what is at the tag the client names', async () => {
      const chat = await aChatWithMessage()
      for (const target of [chat, `${chat}/messages/`, `${chat}/messages/1`, '/chats/?limit=1']) {
        const tag = (await client.get(target)).headers.get('etag') ?? ''
        for (const header of [tag, '*', `"other", ${tag}`])
          expect((await client.get(target, changing(header))).status, `${target} ${header}`).to.equal(200)
        for (const header of ['"other"', `W/${tag}`, '""']) {
          const answer = await client.get(target, changing(header))
          expect([answer.status, answer.json.detail], header).to.deep.equal([412, `It is at ETag ${tag} now`])
          expect((await client.request('HEAD', target, { headers: changing(header) })).status).to.equal(412)
        }
      }
    })

    it('are judged in the order of RFC 9110: If-Match first, and neither where there is nothing', async () => {
      const chat = await aChatWithMessage()
      const both = (match: string, noneMatch: string) => ({ ...changing(match), ...reading(noneMatch) })
      expect((await client.get(chat, both('"1"', '"1"'))).status).to.equal(304)
      expect((await client.get(chat, both('"0"', '"1"'))).status).to.equal(412)
      expect((await client.get(chat, both('"1"', '"0"'))).status).to.equal(200)
      expect((await client.get('/chats/99999', both('"1"', '*'))).status).to.equal(404)
      expect((await client.get(`${chat}/messages/9`, changing('"1"'))).status).to.equal(404)
      const rename = (headers: Record<string, string>) => client.patch(chat, { title: 'new' }, headers)
      expect((await rename(both('"1"', '"1"'))).status).to.equal(412)
      expect((await rename(both('*', '"1"'))).status).to.equal(412)
      expect((await rename(both('"1"', '"0"'))).status).to.equal(200)
    })

    it('change what is not at the tag the client names, and nothing that is', async () => {
      const chat = await aChatWithMessage()
      const message = `${chat}/messages/1`
      for (const tag of ['"1"', 'W/"1"', '"0", "1"', '*']) {
        const answer = await client.patch(message, { text: 'x' }, reading(tag))
        expect([answer.status, answer.json.detail], tag).to.deep.equal([412, 'It is at ETag "1" now'])
        expect((await client.delete(message, reading(tag))).status, tag).to.equal(412)
        expect((await client.patch(chat, { title: 'x' }, reading(tag))).status, tag).to.equal(412)
        expect((await client.delete(chat, reading(tag))).status, tag).to.equal(412)
      }
      expect((await client.get(chat)).headers.get('etag')).to.equal('"1"')
      for (const tag of ['*', '"1"'])
        expect((await client.delete('/chats/99999', reading(tag))).status, 'of nothing').to.equal(404)
      expect((await client.patch(message, { text: 'edited' }, reading('"9", "01", "x"'))).status).to.equal(200)
      expect((await client.patch(chat, { title: 'new' }, reading('"1"'))).status).to.equal(200)
      expect((await client.delete(message, reading('"1"'))).status).to.equal(204)
      expect((await client.delete(chat, reading('"1"'))).status).to.equal(204)
    })

    it('make nothing new under a tag, which it cannot have yet', async () => {
      const chat = await aChatWithMessage()
      const makings = [
        ['/chats/', { title: 'x' }],
        [`${chat}/messages/`, { text: 'x' }],
      ] as const
      const count = async () => (await client.get<ChatBody>(chat)).json.last_message_id
      for (const [target, body] of makings) {
        for (const condition of [changing('"1"'), changing('"0", W/"1"'), reading('*'), reading('"1"')]) {
          const answer = await client.post(target, body, condition)
          expect([answer.status, answer.json.type]).to.deep.equal([412, '/problems/precondition-failed'])
        }
        expect((await client.post(target, {}, reading('*'))).status, 'before a broken rule').to.equal(422)
      }
      expect(await count()).to.equal(1)
      for (const [target, body] of makings)
        expect((await client.post(target, body, changing('*'))).status).to.equal(201)
      expect(await count()).to.equal(2)
    })

    it('on dates and ranges are passed over: nothing has a date, and everything is sent whole', async () => {
      const chat = await aChatWithMessage()
      const whole = await client.get(chat)
      const old = 'Wed, 21 Oct 2015 07:28:00 GMT'
      const conditions: Record<string, string>[] = [
        { 'if-modified-since': new Date(Date.now() + 60_000).toUTCString() },
        { 'if-unmodified-since': old },
        { range: 'bytes=0-3' },
        { range: 'bytes=0-3', 'if-range': whole.headers.get('etag') ?? '' },
        { range: 'bytes=0-3', 'if-range': old },
      ]
      for (const condition of conditions) {
        const answer = await client.get(chat, condition)
        expect([answer.status, answer.text], JSON.stringify(condition)).to.deep.equal([200, whole.text])
      }
      expect((await client.patch(chat, { title: 'new' }, { 'if-unmodified-since': old })).status).to.equal(200)
    })

    it('never find the tag of what has none, and take no room among the streams', async () => {
      const { url } = hold(await served(await storage(), { STREAM_LIMIT: '1' }), ({ stop }) => stop())
      const narrow = clientOf(url)
      const chat = await aChatOn(narrow)
      for (const target of ['/livez', '/readyz', '/metrics']) {
        expect((await narrow.get(target, changing('"1"'))).status, target).to.equal(412)
        expect((await narrow.get(target, { ...changing('*'), ...reading('*') })).status, target).to.equal(200)
      }
      for (const target of [`${chat}/events`, `/events?chat_id=${chat.split('/')[2]}`]) {
        for (const tag of ['"1"', 'W/"0"', 'x'])
          expect((await narrow.get(target, changing(tag))).status, target).to.equal(412)
        expect((await narrow.request('HEAD', target, { headers: changing('*') })).status, target).to.equal(200)
      }
    })

    it('cannot be read when the header is malformed', async () => {
      const chat = await aChatWithMessage()
      for (const tag of ['1', 'W/1', '"1', '"1" "2"', 'w/"1"', '*, "1"', ',', '"a b"']) {
        for (const target of ['/chats/', chat, `${chat}/messages/`, `${chat}/messages/1`])
          for (const condition of [reading(tag), changing(tag)])
            expect((await client.get(target, condition)).status, tag).to.equal(400)
        const answer = await client.patch(chat, { title: 'x' }, changing(tag))
        expect([answer.status, answer.json.detail], tag).to.deep.equal([
          400,
          'The header if-match must be * or a list of entity tags, as "7", "8"',
        ])
        expect((await client.patch(`${chat}/messages/1`, { text: 'x' }, changing(tag))).status, tag).to.equal(400)
        expect((await client.delete(`${chat}/messages/1`, changing(tag))).status, tag).to.equal(400)
        expect((await client.delete(chat, changing(tag))).status, tag).to.equal(400)
        expect((await client.delete(chat, reading(tag))).status, tag).to.equal(400)
      }
    })

    it('let exactly one of 20 at once through that name the same tag, in each of 100 rounds', async function () {
      this.timeout(180_000)
      const chat = await aChatWithMessage()
      const message = `${chat}/messages/1`
      for (let round = 1; round <= 100; round++) {
        const tag = (await client.get(message)).headers.get('etag') ?? ''
        const edits = Array.from({ length: 20 }, (_, n) =>
          client.patch(message, { text: `round ${round}, ${n}` }, changing(tag)),
        )
        const statuses = (await Promise.all(edits)).map(({ status }) => status)
        expect(statuses.toSorted()).to.deep.equal([200, ...Array<number>(19).fill(412)])
      }
    })
  }))
