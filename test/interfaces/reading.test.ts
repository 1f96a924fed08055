import { expect } from 'chai'
import type { Signal } from '../../src/application/ports/signals.ts'
import type { Storage } from '../../src/composition/storage.ts'
import { SCOPES } from '../../src/domain/caller.ts'
import { type Answer, type Client, clientOf } from '../client.ts'
import { aKeyOn, asRoot, asUser, GUARDED } from '../credentials.ts'
import { upTo } from '../fixtures.ts'
import { releasing } from '../releasing.ts'
import { brokenStorage, overEachStorage, served } from '../served.ts'
import { ALICE, memberRequests, withJson } from './member-requests.ts'

const BOB = asUser('bob')

type Headers = Readonly<Record<string, string>>

interface ReadingBody {
  readonly chat_id: number
  readonly user_id: string
  readonly read_message_id: number
  readonly unread: number
}
interface EntryBody {
  readonly chat: { readonly id: number; readonly title: string; readonly last_message_id: number }
  readonly role: string
  readonly read_message_id: number
  readonly unread: number
  readonly last_message: { readonly id: number; readonly text: string } | null
}

const linkOf = ({ headers }: Answer<unknown>, rel: string) =>
  new RegExp(`<([^>]+)>; rel="${rel}"`).exec(headers.get('link') ?? '')?.[1]

describe('Reading over HTTP', () =>
  overEachStorage((storage) => {
    const hold = releasing(after)
    let client: Client
    let kept: Storage
    let requests: ReturnType<typeof memberRequests>
    const signals: Signal[] = []

    before(async () => {
      kept = await storage()
      hold(
        kept.signals.listen((signal) => void signals.push(signal)),
        (stop) => stop(),
      )
      client = clientOf(hold(await served(kept, GUARDED), ({ stop }) => stop()).url)
      requests = memberRequests(client)
    })

    const aChat = (...members: string[]) => requests.aChat(members)
    const idOf = (chat: string) => Number(chat.split('/')[2])
    const send = async (chat: string, count = 1, headers = ALICE) => {
      for (const n of upTo(count))
        expect((await client.post<unknown>(`${chat}/messages/`, { text: `message ${n}` }, headers)).status).to.equal(
          201,
        )
    }
    const move = (chat: string, body: unknown, headers: Headers = BOB, user = 'bob') =>
      client.request<ReadingBody>('PUT', `${chat}/members/${user}/read`, {
        body: JSON.stringify(body),
        headers: withJson(headers),
      })
    const marker = (chat: string, headers: Headers = BOB, user = 'bob') =>
      client.get<ReadingBody>(`${chat}/members/${user}/read`, headers)
    const inbox = (user: string, query = '', headers = asUser(user)) =>
      client.get<readonly EntryBody[]>(`/users/${encodeURIComponent(user)}/inbox/${query}`, headers)

    describe('a read marker', () => {
      it('says up to where its member has read, and how much came after', async () => {
        const chat = await aChat('bob')
        await send(chat, 3)
        const before = await marker(chat)
        expect(before.json).to.deep.equal({ chat_id: idOf(chat), user_id: 'bob', read_message_id: 0, unread: 3 })
        const moved = await move(chat, { message_id: 2 })
        expect([moved.status, moved.json]).to.deep.equal([200, { ...before.json, read_message_id: 2, unread: 1 }])
        expect((await marker(chat)).json).to.deep.equal(moved.json)
        expect((await client.get<unknown>(chat, BOB)).headers.get('etag'), 'no revision').to.equal('"3"')
        expect((await marker(chat, asRoot)).json, 'to a service').to.deep.equal(moved.json)
        expect((await marker(chat, ALICE, 'alice')).json, 'of who wrote').to.include({ read_message_id: 3, unread: 0 })
      })

      it('goes back, unless it is to go forward alone', async () => {
        const chat = await aChat('bob')
        await send(chat, 3)
        const to = async (body: object) => (await move(chat, body)).json.read_message_id
        expect(await to({ message_id: 3, forward: true })).to.equal(3)
        expect(await to({ message_id: 1, forward: true })).to.equal(3)
        expect(await to({ message_id: 1, forward: false })).to.equal(1)
        expect(await to({ message_id: 0 })).to.equal(0)
        expect((await move(chat, { message_id: 2 }, asRoot)).json.unread, 'by a service').to.equal(1)
      })

      it('is told of when it moved, and not when it stands where it stood', async () => {
        const chat = await aChat('bob')
        await send(chat, 2)
        signals.length = 0
        for (const body of [{ message_id: 2 }, { message_id: 2 }, { message_id: 1, forward: true }])
          expect((await move(chat, body)).status).to.equal(200)
        expect((await move(chat, { message_id: 9 })).status).to.equal(422)
        await move(chat, { message_id: 1 })
        const [chatId, userId] = [idOf(chat), 'bob']
        expect(signals.filter((signal) => signal.chatId === chatId)).to.deep.equal([
          { kind: 'read', chatId, userId, readMessageId: 2 },
          { kind: 'read', chatId, userId, readMessageId: 1 },
        ])
      })

      it('stands no further than the last message, which is said where it was asked for', async () => {
        const chat = await aChat('bob')
        await send(chat, 2)
        const refused = await move(chat, { message_id: 3 })
        expect([refused.status, refused.json]).to.containSubset([
          422,
          {
            type: '/problems/validation-failed',
            errors: [
              { pointer: '#/message_id', code: 'out_of_range', detail: 'must not be beyond 2, the last message' },
            ],
          },
        ])
        expect((await marker(chat)).json.read_message_id).to.equal(0)
      })

      it('is its member’s own', async () => {
        const chat = await aChat('bob')
        await send(chat)
        for (const answer of [await marker(chat, ALICE), await move(chat, { message_id: 1 }, ALICE)])
          expect([answer.status, answer.json]).to.containSubset([403, { type: '/problems/forbidden' }])
        for (const answer of [await marker(chat, ALICE, 'carol'), await marker(chat, asUser('carol'), 'carol')])
          expect(answer.status).to.equal(404)
        expect((await move(chat, { message_id: 1 }, asRoot, 'carol')).status).to.equal(404)
      })

      it('has a tag by which a reader tells that it moved, or that messages came', async () => {
        const chat = await aChat('bob')
        await send(chat, 2)
        const target = `${chat}/members/bob/read`
        const tag = (await move(chat, { message_id: 1 })).headers.get('etag') ?? ''
        const status = async (headers: Headers) => (await client.get<unknown>(target, { ...BOB, ...headers })).status
        expect(await status({ 'if-none-match': tag })).to.equal(304)
        expect(await status({ 'if-match': '"other"' })).to.equal(412)
        await send(chat)
        expect(await status({ 'if-none-match': tag })).to.equal(200)
      })

      it('names the rule that is broken', async () => {
        const chat = await aChat('bob')
        const target = `${chat}/members/bob/read`
        const put = async (init: Parameters<Client['request']>[2], path = target) =>
          (await client.request('PUT', path, { ...init, headers: { ...withJson(BOB), ...init?.headers } })).status
        const body = '{"message_id":0}'
        expect(await put({ body: '{' })).to.equal(400)
        expect(await put({ body, headers: { accept: 'image/*' } })).to.equal(406)
        expect(await put({ body: body + ' '.repeat(65_536) })).to.equal(413)
        expect(await put({ body, headers: { 'content-type': 'text/plain' } })).to.equal(415)
        const values = ['null', '"1"', '-1', '1.5', '9007199254740992', '[1]']
        for (const wrong of ['{}', '[]', ...values.map((value) => `{"message_id":${value}}`)])
          expect(await put({ body: wrong }), wrong).to.equal(422)
        for (const forward of ['null', '"true"', '1'])
          expect(await put({ body: `{"message_id":0,"forward":${forward}}` }), forward).to.equal(422)
        expect(await put({ body: '{"message_id":0,"more":1}' }), 'as of other bodies').to.equal(200)
        for (const name of ['a%20b', 'x'.repeat(256)]) {
          expect(await put({ body }, `${chat}/members/${name}/read`)).to.equal(422)
          expect((await client.get(`${chat}/members/${name}/read`, BOB)).status).to.equal(422)
        }
        expect((await client.get(target, { ...BOB, accept: 'image/*' })).status).to.equal(406)
        expect((await client.get(target, { ...BOB, 'if-match': 'x' })).status).to.equal(400)
        expect(await put({ body }, '/chats/%zz/members/bob/read')).to.equal(400)
      })
    })

    describe('an inbox', () => {
      it('has the chats of its user, the one that was written to last on top', async () => {
        const [first, second] = [await aChat('ben'), await aChat('ben')]
        await send(first, 2)
        await send(second)
        await send(first, 1)
        const { json, status } = await inbox('ben')
        expect(status).to.equal(200)
        expect(json.map(({ chat: { id, last_message_id }, ...own }) => [id, last_message_id, own])).to.containSubset([
          [
            idOf(first),
            3,
            { role: 'member', read_message_id: 0, unread: 3, last_message: { id: 3, text: 'message 1' } },
          ],
          [idOf(second), 1, { role: 'member', read_message_id: 0, unread: 1, last_message: { id: 1 } }],
        ])
        expect(json).to.have.length(2)
        expect((await inbox('ben', '', asRoot)).json, 'to a service').to.deep.equal(json)
        const empty = await aChat('ben')
        expect((await inbox('ben', '?limit=1')).json).to.containSubset([
          { chat: { id: idOf(empty) }, unread: 0, last_message: null },
        ])
      })

      it('is read page by page along its links, and followed from where it was read', async () => {
        const user = 'a/b?c=d&e#f%"'
        const ids: number[] = []
        for (const _ of upTo(5)) ids.push(idOf(await aChat(user)))
        const path = `/users/${encodeURIComponent(user)}/inbox/`
        const found: number[] = []
        let pages = 0
        for (let target: string | undefined = `${path}?limit=2`; target !== undefined; pages++) {
          const page: Answer<readonly EntryBody[]> = await client.get<readonly EntryBody[]>(target, asUser(user))
          found.push(...page.json.map(({ chat }) => chat.id))
          expect(linkOf(page, 'monitor')?.split('?')[0]).to.equal(`${path}events`)
          expect(linkOf(page, 'monitor')).to.match(/\?after=[A-Za-z0-9_-]{2,32}$/)
          target = linkOf(page, 'next')
          if (target !== undefined) expect(target).to.match(/\/inbox\/\?limit=2&before=\d+-\d+$/)
        }
        expect([found, pages]).to.deep.equal([ids.toReversed(), 3])
        expect(linkOf(await inbox(user), 'next')).to.equal(undefined)
        for (const _ of upTo(16)) await aChat(user)
        expect(linkOf(await inbox(user), 'next'), 'says no limit that was not said').to.match(/\/inbox\/\?before=\d/)
      })

      it('is empty for a user that no chat knows, and followed all the same', async () => {
        const page = await inbox('nobody-yet')
        expect([page.status, page.json]).to.deep.equal([200, []])
        expect(linkOf(page, 'monitor')).to.be.a('string')
        expect((await client.get<unknown>('/users/nobody-yet/unread', asRoot)).json).to.deep.equal({
          chats: 0,
          messages: 0,
        })
      })

      it('has a tag by which a reader tells what changed', async () => {
        const chat = await aChat('tess')
        const tag = (await inbox('tess')).headers.get('etag') ?? ''
        const status = async (headers: Headers) => (await inbox('tess', '', { ...asUser('tess'), ...headers })).status
        expect(await status({ 'if-none-match': tag })).to.equal(304)
        expect(await status({ 'if-match': '"other"' })).to.equal(412)
        await send(chat)
        expect(await status({ 'if-none-match': tag })).to.equal(200)
      })

      it('names the rule that is broken', async () => {
        const places = [
          '',
          '0',
          '1',
          '1-',
          '-1',
          '1-0',
          '01-1',
          '1-1-1',
          '123456789012345-1',
          '1-1234567890123456',
          'a-b',
        ]
        for (const query of [
          'limit=0',
          'limit=101',
          ...places.map((place) => `before=${place}`),
          'before=1-1&before=1-1',
        ])
          expect((await inbox('bob', `?${query}`)).status, query).to.equal(422)
        expect((await inbox('bob', '?before=99999999999999-999999999999999')).status).to.equal(200)
        for (const target of ['/users/bob/inbox/', '/users/bob/unread']) {
          expect((await client.get(target, { ...BOB, accept: 'image/*' })).status).to.equal(406)
          expect((await client.get(target, { ...BOB, 'if-match': 'x' })).status).to.equal(400)
          expect((await client.get(target.replace('bob', 'a%20b'), asRoot)).status).to.equal(422)
          expect((await client.request('POST', target, { headers: BOB })).status).to.equal(405)
        }
      })
    })

    it('what is unread is counted over all chats of a user', async () => {
      const unread = async () => (await client.get<unknown>('/users/uma/unread', asUser('uma'))).json
      const chats = [await aChat('uma'), await aChat('uma'), await aChat('uma')]
      expect(await unread()).to.deep.equal({ chats: 0, messages: 0 })
      for (const chat of chats.slice(1)) await send(chat, 3)
      expect(await unread()).to.deep.equal({ chats: 2, messages: 6 })
      const tag = (await client.get<unknown>('/users/uma/unread', asUser('uma'))).headers.get('etag') ?? ''
      const again = () => client.get<unknown>('/users/uma/unread', { ...asUser('uma'), 'if-none-match': tag })
      expect((await again()).status).to.equal(304)
      expect((await client.delete(`${chats[1]}/messages/3`, ALICE)).status).to.equal(204)
      expect((await move(chats[1] ?? '', { message_id: 2 }, asUser('uma'), 'uma')).json.unread).to.equal(0)
      expect(await unread()).to.deep.equal({ chats: 1, messages: 3 })
      expect((await again()).status).to.equal(200)
      expect((await client.get('/users/uma/unread', { ...BOB, 'if-match': '"x"' })).status).to.equal(403)
      expect((await client.get('/users/bob/unread', { ...BOB, 'if-match': '"x"' })).status).to.equal(412)
    })

    it('a user asks for its own alone, by whatever credential, and a key that is limited to chats for nobody’s', async () => {
      const chat = await aChat('bob')
      const acting = { ...(await aKeyOn(client, SCOPES)).headers, 'on-behalf-of': 'bob' }
      const limited: Headers = (await aKeyOn(client, SCOPES, { chat_ids: [idOf(chat)] })).headers
      for (const target of ['inbox/', 'unread']) {
        const status = async (user: string, headers: Headers) =>
          (await client.get<unknown>(`/users/${user}/${target}`, headers)).status
        for (const headers of [BOB, acting]) {
          expect(await status('bob', headers)).to.equal(200)
          for (const other of ['alice', 'nobody-yet', 'BOB']) expect(await status(other, headers), other).to.equal(403)
        }
        expect(await status('bob', limited)).to.equal(403)
        expect(await status('bob', { ...limited, 'on-behalf-of': 'bob' })).to.equal(403)
      }
      expect((await marker(chat, { ...limited, 'on-behalf-of': 'bob' })).status, 'but for a marker there').to.equal(200)
    })
  }))

describe('Reading in a storage that does not answer', () => {
  const hold = releasing()

  it('is unavailable', async () => {
    const client = clientOf(hold(await served(brokenStorage()), ({ stop }) => stop()).url)
    const headers = { 'content-type': 'application/json' }
    for (const [method, target, body] of [
      ['GET', '/chats/1/members/bob/read'],
      ['PUT', '/chats/1/members/bob/read', '{"message_id":0}'],
      ['GET', '/users/bob/inbox/'],
      ['GET', '/users/bob/unread'],
    ] as const) {
      const answer = await client.request(method, target, body === undefined ? {} : { body, headers })
      expect([answer.status, answer.headers.get('retry-after')], target).to.deep.equal([503, '1'])
    }
  })
})
