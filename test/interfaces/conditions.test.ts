import { expect } from 'chai'
import type { Messenger } from '../../src/messenger.ts'
import { aChatOn, type ChatBody, type Client, clientOf, type MessageBody } from '../client.ts'
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

    it('cannot be read when the header is malformed', async () => {
      const chat = await aChatWithMessage()
      for (const tag of ['1', 'W/1', '"1', '"1" "2"', 'w/"1"', '*, "1"', ',', '"a b"']) {
        for (const target of ['/chats/', chat, `${chat}/messages/`, `${chat}/messages/1`])
          expect((await client.get(target, reading(tag))).status, tag).to.equal(400)
        const answer = await client.patch(chat, { title: 'x' }, changing(tag))
        expect([answer.status, answer.json.detail], tag).to.deep.equal([
          400,
          'The header if-match must be * or a list of entity tags, as "7", "8"',
        ])
        expect((await client.patch(`${chat}/messages/1`, { text: 'x' }, changing(tag))).status, tag).to.equal(400)
        expect((await client.delete(`${chat}/messages/1`, changing(tag))).status, tag).to.equal(400)
        expect((await client.delete(chat, changing(tag))).status, tag).to.equal(400)
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
