import { expect } from 'chai'
import type { Member } from '../../src/client/schemas.ts'
import { type Answer, type ChatBody, type Client, clientOf } from '../client.ts'
import { asRoot, asUser, GUARDED } from '../credentials.ts'
import { upTo } from '../fixtures.ts'
import { releasing } from '../releasing.ts'
import { brokenStorage, overEachStorage, served } from '../served.ts'
import { ALICE, memberRequests, withJson } from './member-requests.ts'

const [BOB, CAROL] = [asUser('bob'), asUser('carol')]

describe('Members over HTTP', () =>
  overEachStorage((storage) => {
    const hold = releasing(after)
    let client: Client
    let members: ReturnType<typeof memberRequests>

    before(async () => {
      client = clientOf(hold(await served(await storage(), GUARDED), ({ stop }) => stop()).url)
      members = memberRequests(client)
    })

    const aChat: typeof members.aChat = (...asked) => members.aChat(...asked)
    const put: typeof members.put = (...asked) => members.put(...asked)
    const remove: typeof members.remove = (...asked) => members.remove(...asked)
    const tagOf: typeof members.tagOf = (...asked) => members.tagOf(...asked)

    it('are added, changed, left as they are, and removed', async () => {
      const chat = await aChat()
      const added = await put(chat, 'bob', 'member')
      expect(added.status).to.equal(201)
      expect(added.json).to.deep.include({ chat_id: Number(chat.split('/')[2]), user_id: 'bob', role: 'member' })
      expect(await tagOf(chat)).to.equal('"1"')
      const changed = await put(chat, 'bob', 'moderator')
      expect([changed.status, changed.json]).to.deep.equal([200, { ...added.json, role: 'moderator' }])
      const again = await put(chat, 'bob', 'moderator')
      expect([again.status, again.json, await tagOf(chat)]).to.deep.equal([200, changed.json, '"2"'])
      expect((await client.get<Member>(`${chat}/members/bob`, BOB)).json).to.deep.equal(changed.json)
      expect(await remove(chat, 'bob')).to.equal(204)
      expect(await tagOf(chat)).to.equal('"3"')
      expect(await remove(chat, 'bob')).to.equal(404)
      expect((await client.get(`${chat}/members/bob`, ALICE)).status).to.equal(404)
      expect((await client.get(chat, BOB)).status).to.equal(404)
      expect((await put(chat, 'bob', 'reader')).status).to.equal(201)
    })

    it('are there from the opening of a chat, its opener as owner, each once', async () => {
      const chat = await aChat(['bob', 'carol'])
      const { json } = await client.get<Member[]>(`${chat}/members/`, BOB)
      expect(json.map(({ user_id, role }) => [user_id, role])).to.deep.equal([
        ['alice', 'owner'],
        ['bob', 'member'],
        ['carol', 'member'],
      ])
      expect(await tagOf(chat)).to.equal('"0"')
      const open = async (members: readonly object[], headers = ALICE) =>
        (await client.post<unknown>('/chats/', { title: 'x', members }, headers)).status
      const bob = { user_id: 'bob', role: 'reader' }
      expect(await open([bob, bob])).to.equal(422)
      expect(await open([{ user_id: 'alice', role: 'member' }])).to.equal(422)
      expect(await open(upTo(101).map((n) => ({ user_id: `u${n}`, role: 'member' })))).to.equal(422)
      expect(await open(upTo(100).map((n) => ({ user_id: `u${n}`, role: 'member' })))).to.equal(201)
      expect(await open([{ user_id: 'alice', role: 'member' }], asRoot)).to.equal(201)
    })

    it('page by the bytes of their ids, and the links lead through all of them', async () => {
      const names = ['B', 'a', 'a/b?c=d&e#f', 'a%2Fb', '~', '!', '"', 'Z', 'alice']
      const chat = await aChat(names.filter((name) => name !== 'alice'))
      const found: string[] = []
      let pages = 0
      for (let target: string | undefined = `${chat}/members/?limit=2`; target !== undefined; pages++) {
        const { json, headers }: Answer<Member[]> = await client.get<Member[]>(target, asUser('~'))
        found.push(...json.map(({ user_id }) => user_id))
        expect(headers.get('link')).to.include(`<${chat}/events?after=0>; rel="monitor"`)
        target = /<([^>]+)>; rel="next"/.exec(headers.get('link') ?? '')?.[1]
      }
      expect([found, pages]).to.deep.equal([names.toSorted(), 5])
      const { json } = await client.get<Member[]>(`${chat}/members/?after=${encodeURIComponent('a/')}&limit=1`, ALICE)
      expect(json.map(({ user_id }) => user_id)).to.deep.equal(['a/b?c=d&e#f'])
      for (const name of names)
        expect((await client.get<Member>(`${chat}/members/${encodeURIComponent(name)}`, ALICE)).json.user_id).to.equal(
          name,
        )
    })

    it('have tags by which a reader tells what changed', async () => {
      const chat = await aChat(['bob'])
      for (const target of [`${chat}/members/`, `${chat}/members/bob`]) {
        const status = async (tag: string) => (await client.get(target, { ...ALICE, 'if-none-match': tag })).status
        const tag = (await tagOf(target)) ?? ''
        await client.post(`${chat}/messages/`, { text: 'hello' }, asRoot)
        expect(await status(tag), 'a message of nobody').to.equal(304)
        await client.post(`${chat}/messages/`, { text: 'hello' }, BOB)
        expect(await status(tag), 'one that moved the marker of its sender').to.equal(200)
        const later = (await tagOf(target)) ?? ''
        expect((await client.get(target, { ...ALICE, 'if-match': '"other"' })).status).to.equal(412)
        const changed = await put(chat, 'bob', 'reader')
        expect(await status(later)).to.equal(200)
        expect(changed.headers.get('etag')).to.equal(await tagOf(`${chat}/members/bob`))
        await put(chat, 'bob', 'member')
      }
    })

    it('keep the last owner while others are there', async () => {
      const chat = await aChat(['bob'])
      const leaving = await client.delete(`${chat}/members/alice`, ALICE)
      expect([leaving.status, leaving.json.type]).to.deep.equal([409, '/problems/last-owner'])
      const lowered = await client.request('PUT', `${chat}/members/alice`, {
        body: '{"role":"member"}',
        headers: withJson(ALICE),
      })
      expect([lowered.status, lowered.json.type]).to.deep.equal([409, '/problems/last-owner'])
      expect(await tagOf(chat)).to.equal('"0"')
      await put(chat, 'bob', 'owner')
      expect(await remove(chat, 'alice')).to.equal(204)
      expect(await remove(chat, 'bob', asRoot), 'whoever owns it, a service may').to.equal(204)
    })

    it('join a public chat, and are kept out of it by whoever else removes them', async () => {
      const chat = await aChat([], { visibility: 'public' })
      expect((await put(chat, 'bob', 'member', BOB)).status).to.equal(201)
      expect(await remove(chat, 'bob', BOB)).to.equal(204)
      expect((await put(chat, 'bob', 'member', BOB)).status).to.equal(201)
      expect(await remove(chat, 'bob')).to.equal(204)
      expect((await put(chat, 'bob', 'member', BOB)).status).to.equal(404)
      expect((await put(chat, 'bob', 'member', CAROL)).status, 'carol is no member').to.equal(403)
      expect((await put(chat, 'bob', 'member', asRoot)).status).to.equal(201)
      expect((await client.get(chat, BOB)).status).to.equal(200)
    })

    it('are not told what they did once under a key when they may not see it any more', async () => {
      const once = { ...ALICE, 'idempotency-key': 'once' }
      const open = () => client.post<ChatBody>('/chats/', { title: 'Mine' }, once)
      const { json } = await open()
      expect((await open()).json.id).to.equal(json.id)
      expect(await remove(`/chats/${json.id}`, 'alice', asRoot)).to.equal(204)
      const refused = await open()
      expect([refused.status, refused.headers.get('idempotency-replayed')]).to.deep.equal([404, null])
    })

    it('name the rule that is broken', async () => {
      const chat = await aChat(['bob'])
      const bob = `${chat}/members/bob`
      const sending = async (init: Parameters<Client['request']>[2] = {}, target = bob) =>
        (await client.request('PUT', target, { ...init, headers: { ...withJson(ALICE), ...init.headers } })).status
      const body = '{"role":"member"}'
      expect(await sending({ body: '{' })).to.equal(400)
      expect(await sending({ body, headers: { accept: 'image/*' } })).to.equal(406)
      expect(await sending({ body: body + ' '.repeat(65_536) })).to.equal(413)
      expect(await sending({ body, headers: { 'content-type': 'text/plain' } })).to.equal(415)
      for (const wrong of ['{}', '{"role":"king"}', '{"role":null}', '{"role":["member"]}', '[]'])
        expect(await sending({ body: wrong }), wrong).to.equal(422)
      for (const name of ['a%20b', '%C3%A9', 'x'.repeat(256)]) {
        expect(await sending({ body }, `${chat}/members/${name}`), name).to.equal(422)
        expect(await remove(chat, name), name).to.equal(422)
        expect((await client.get(`${chat}/members/${name}`, ALICE)).status).to.equal(422)
      }
      expect(await remove(chat, '%zz')).to.equal(400)
      for (const query of ['limit=0', 'limit=101', 'after=', 'after=..', 'after=a&after=b'])
        expect((await client.get(`${chat}/members/?${query}`, ALICE)).status, query).to.equal(422)
      for (const target of [`${chat}/members/`, bob]) {
        expect((await client.get(target, { ...ALICE, accept: 'image/*' })).status).to.equal(406)
        expect((await client.get(target, { ...ALICE, 'if-match': 'x' })).status).to.equal(400)
      }
      for (const method of ['POST', 'PATCH']) expect((await client.request(method, bob)).status).to.equal(405)
      expect(await tagOf(chat)).to.equal('"0"')
    })
  }))

describe('Members in a storage that does not answer', () => {
  const hold = releasing()

  it('are unavailable', async () => {
    const { url } = hold(await served(brokenStorage()), ({ stop }) => stop())
    const client = clientOf(url)
    const headers = { 'content-type': 'application/json' }
    for (const [method, target, body] of [
      ['GET', '/chats/1/members/'],
      ['GET', '/chats/1/members/bob'],
      ['PUT', '/chats/1/members/bob', '{"role":"member"}'],
      ['DELETE', '/chats/1/members/bob'],
    ] as const) {
      const answer = await client.request(method, target, body === undefined ? {} : { body, headers })
      expect([answer.status, answer.headers.get('retry-after')], method).to.deep.equal([503, '1'])
    }
  })
})
