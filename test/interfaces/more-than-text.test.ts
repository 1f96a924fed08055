import { expect } from 'chai'
import type { Chat, Message } from '../../src/client/schemas.ts'
import { MOST_REACTIONS } from '../../src/domain/chat/reaction.ts'
import { Metadata } from '../../src/domain/metadata.ts'
import { type Answer, type ChatBody, type Client, clientOf, type ProblemBody } from '../client.ts'
import { asRoot, asUser, GUARDED } from '../credentials.ts'
import { upTo } from '../fixtures.ts'
import { releasing } from '../releasing.ts'
import { overEachStorage, served } from '../served.ts'
import { follow } from '../stream.ts'
import { exchange } from '../wire.ts'
import { ALICE, memberRequests, withJson } from './member-requests.ts'

const [BOB, CAROL] = [asUser('bob'), asUser('carol')]
const HEART = '❤'

/** Status, where the error is, and its code. */
const refusal = ({ status, json }: Answer<ProblemBody>) => {
  const [error] = json.errors ?? []
  return [status, error?.pointer ?? error?.parameter, error?.code]
}

describe('More than text, over HTTP,', () =>
  overEachStorage((storage) => {
    const hold = releasing(after)
    const holdOne = releasing()
    let client: Client
    let aChat: ReturnType<typeof memberRequests>['aChat']

    before(async () => {
      client = clientOf(hold(await served(await storage(), GUARDED), ({ stop }) => stop()).url)
      ;({ aChat } = memberRequests(client))
    })

    const send = async (chat: string, more: object = {}, headers = ALICE) =>
      (await client.post<Message>(`${chat}/messages/`, { text: 'hello', ...more }, headers)).json
    const sendRaw = (chat: string, body: string, headers = ALICE) =>
      client.request('POST', `${chat}/messages/`, { body, headers: withJson(headers) })
    const react = (method: string, chat: string, id: number, reaction: string, headers = BOB) =>
      client.request(method, `${chat}/messages/${id}/reactions/${encodeURIComponent(reaction)}`, { headers })
    const read = (target: string, headers = ALICE) => client.get<Message>(target, headers)
    const nextOf = (answer: Answer<unknown>) => /<([^>]*)>; rel="next"/.exec(answer.headers.get('link') ?? '')?.[1]
    const told = async <Entry>(target: string, headers = ALICE): Promise<readonly Entry[]> => {
      const answer = await client.get<Entry[]>(target, headers)
      const next = nextOf(answer)
      return next === undefined ? answer.json : [...answer.json, ...(await told<Entry>(next, headers))]
    }

    describe('replies', () => {
      it('say what they answer; without, or with null, a message answers nothing', async () => {
        const chat = await aChat()
        expect(await send(chat)).to.deep.include({ reply_to: null, metadata: {}, reactions: [] })
        expect(await send(chat, { reply_to: null })).to.include({ reply_to: null })
        expect(await send(chat, { reply_to: 1 })).to.include({ id: 3, reply_to: 1 })
        expect((await read(`${chat}/messages/3`)).json).to.include({ reply_to: 1 })
        expect(
          (await client.patch<Message>(`${chat}/messages/3`, { text: 'x', reply_to: 2 }, ALICE)).json.reply_to,
        ).to.equal(1)
      })

      it('are refused, naming the field, where there is nothing to answer', async () => {
        const chat = await aChat()
        await send(chat)
        for (const [replyTo, code] of [
          [2, 'no_message'],
          [9, 'no_message'],
          [0, 'out_of_range'],
          [-1, 'out_of_range'],
          [1.5, 'not_a_whole_number'],
          ['1', 'wrong_type'],
        ] as const)
          expect(
            refusal(await client.post(`${chat}/messages/`, { text: 'x', reply_to: replyTo }, ALICE)),
          ).to.deep.equal([422, '#/reply_to', code])
        await client.delete(`${chat}/messages/1`, ALICE)
        const late = await client.post(`${chat}/messages/`, { text: 'x', reply_to: 1 }, ALICE)
        expect(refusal(late)).to.deep.equal([422, '#/reply_to', 'no_message'])
        expect(late.json).to.include({ type: '/problems/validation-failed' })
      })

      it('are paged under the filter, forwards and back, also once what they answer is gone', async () => {
        const chat = await aChat()
        for (const to of [null, 1, 1, null, 1, 2, 1]) await send(chat, { reply_to: to })
        await client.delete(`${chat}/messages/3`, ALICE)
        await client.delete(`${chat}/messages/1`, ALICE)
        const ids = async (query: string) => (await told<Message>(`${chat}/messages/?${query}`)).map(({ id }) => id)
        expect(await ids('reply_to=1&limit=1')).to.deep.equal([7, 5, 2])
        expect(await ids('reply_to=1&limit=1&order=asc&after=0')).to.deep.equal([2, 5, 7])
        expect(await ids('reply_to=1&after=2&before=7')).to.deep.equal([5])
        expect(await ids('reply_to=99')).to.deep.equal([])
        const page = await client.get<Message[]>(`${chat}/messages/?reply_to=1&limit=1&before=7`, ALICE)
        const links = (page.headers.get('link') ?? '').split(', ').filter((link) => !link.includes('monitor'))
        expect(links).to.deep.equal([
          `<${chat}/messages/?limit=1&before=5&reply_to=1>; rel="next"`,
          `<${chat}/messages/?limit=1&after=5&reply_to=1>; rel="prev"`,
        ])
        expect(refusal(await client.get(`${chat}/messages/?reply_to=0`, ALICE))).to.deep.equal([
          422,
          'reply_to',
          'out_of_range',
        ])
      })
    })

    describe('metadata', () => {
      const ODD = String.raw`{"z":1,"__proto__":{"polluted":[1,{}]},"constructor":"x","toString":null,"e":1e+21,"t":"é😀 \"\\"}`

      it('comes back as it was sent: in answers, pages, events and the inbox', async () => {
        const opened = await client.request<Chat>('POST', '/chats/', {
          body: `{"title":"Party","metadata":${ODD},"members":[{"user_id":"bob","role":"member"}]}`,
          headers: withJson(ALICE),
        })
        const chat = `/chats/${opened.json.id}`
        const events = holdOne(await follow(client.url, `${chat}/events`, BOB), ({ cut }) => cut())
        const sent = await sendRaw(chat, `{"text":"hello","metadata":${ODD}}`)
        const expected = `"metadata":${ODD}`
        for (const { text } of [opened, sent]) expect(text).to.include(expected)
        const targets = ['/chats/', chat, `${chat}/messages/`, `${chat}/messages/1`, '/users/bob/inbox/']
        for (const target of targets) expect((await client.get(target, BOB)).text, target).to.include(expected)
        const renamed = await client.patch<Chat>(chat, { title: 'Other' }, ALICE)
        expect(renamed.text).to.include(expected)
        for (const { data } of await events.received(2)) {
          const shown = (data['chat'] ?? data) as { readonly metadata: unknown }
          expect(JSON.stringify(shown.metadata)).to.equal(ODD)
        }
        expect(({} as Record<string, unknown>)['polluted']).to.equal(undefined)
      })

      it('is refused, naming field and rule, where it is none', async () => {
        const chat = await aChat()
        await send(chat)
        const large = JSON.stringify({ a: 'é'.repeat(2044) })
        expect(Buffer.byteLength(large)).to.equal(Metadata.MOST_BYTES)
        const nested = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`
        for (const [metadata, code] of [
          ['null', 'wrong_type'],
          ['[]', 'wrong_type'],
          ['"x"', 'wrong_type'],
          ['1', 'wrong_type'],
          [large.replace('":"', '":"x'), 'too_long'],
          [nested(Metadata.MOST_LEVELS + 1), 'too_deep'],
          ['{"a":{"b":"\\u0000"}}', 'malformed'],
          ['{"\\ud800":1}', 'malformed'],
          ['{"a":1e400}', 'out_of_range'],
        ] as const)
          for (const [method, target, said] of [
            ['POST', '/chats/', '"title":"x",'],
            ['POST', `${chat}/messages/`, '"text":"x",'],
            ['PATCH', chat, ''],
            ['PATCH', `${chat}/messages/1`, ''],
          ] as const) {
            const answer = await client.request(method, target, {
              body: `{${said}"metadata":${metadata}}`,
              headers: withJson(ALICE),
            })
            expect(refusal(answer), `${method} ${target} ${metadata}`).to.deep.equal([422, '#/metadata', code])
          }
        for (const metadata of [large, nested(Metadata.MOST_LEVELS)])
          expect((await sendRaw(chat, `{"text":"x","metadata":${metadata}}`)).status).to.equal(201)
      })

      it('of a message is changed by itself, with the text, or not at all; `edited_at` is of the text', async () => {
        const chat = await aChat()
        await send(chat, { metadata: { a: 1, b: { c: 1 } } })
        const message = `${chat}/messages/1`
        const patch = (body: object, headers = {}) => client.patch<Message>(message, body, { ...ALICE, ...headers })
        const first = await patch({ metadata: { b: 2 } })
        expect(first.json).to.deep.include({ metadata: { b: 2 }, edited_at: null, text: 'hello' })
        expect(first.headers.get('etag')).to.equal('"2"')
        expect((await patch({ metadata: { b: 2 } })).headers.get('etag')).to.equal('"2"')
        const second = await patch({ text: 'other', metadata: {} }, { 'if-match': '"2"' })
        expect(second.json).to.deep.include({ metadata: {}, text: 'other' })
        expect(second.json.edited_at).to.be.a('string')
        expect((await patch({ metadata: { d: 1 } }, { 'if-match': '"2"' })).status).to.equal(412)
        expect((await patch({ metadata: { d: 1 } })).json.edited_at).to.equal(second.json.edited_at)
        for (const nothing of [{}, { more: 1 }]) {
          const answer = await client.patch(message, nothing, ALICE)
          expect([answer.status, answer.json.errors?.[0]?.code]).to.deep.equal([422, 'required'])
        }
      })

      it('of a chat is replaced as a whole, told to followers, and the same again is no change', async () => {
        const chat = await aChat(['bob'], { metadata: { a: 1, b: 2 } })
        const events = holdOne(await follow(client.url, `${chat}/events`, BOB), ({ cut }) => cut())
        const change = async (metadata: object) => client.patch<Chat>(chat, { metadata }, ALICE)
        expect((await change({ b: 2, a: 1 })).headers.get('etag')).to.equal('"0"')
        expect((await change({ c: 3 })).json.metadata).to.deep.equal({ c: 3 })
        const [event] = await events.received(1)
        expect([event?.event, event?.id, event?.data['metadata']]).to.deep.equal(['chat', '1', { c: 3 }])
        await send(chat, {}, BOB)
        expect((await read(chat)).json).to.deep.include({ metadata: { c: 3 } })
      })

      it('goes with the message', async () => {
        const chat = await aChat()
        await send(chat, { metadata: { a: 1 } })
        await send(chat, { reply_to: 1 })
        await react('PUT', chat, 2, HEART, ALICE)
        const events = holdOne(await follow(client.url, `${chat}/events`, ALICE), ({ cut }) => cut())
        for (const id of [1, 2]) await client.delete(`${chat}/messages/${id}`, ALICE)
        const tombstones = (await events.received(2)).map(({ data }) => data)
        expect(tombstones.map((tombstone) => tombstone['reply_to'])).to.deep.equal([null, 1])
        for (const tombstone of tombstones) expect(tombstone).to.not.have.any.keys('text', 'metadata', 'reactions')
      })
    })

    describe('reactions', () => {
      it('are counted in the message, of which each is a change, and told to followers', async () => {
        const chat = await aChat(['bob', 'carol'])
        await send(chat)
        const events = holdOne(await follow(client.url, `${chat}/events`, ALICE), ({ cut }) => cut())
        const before = await read(`${chat}/messages/1`)
        /** What is told once it has reacted: later, the message is told as it is then. */
        const countsAfter = async (method: string, headers: typeof BOB, nth: number) => {
          expect((await react(method, chat, 1, HEART, headers)).status).to.equal(204)
          const { event, id, data } = (await events.received(nth)).at(-1) ?? {}
          return [event, id, data?.['reactions']]
        }
        expect(await countsAfter('PUT', BOB, 1)).to.deep.equal(['message', '2', [{ reaction: HEART, count: 1 }]])
        expect((await react('PUT', chat, 1, HEART, BOB)).status).to.equal(204)
        expect(await countsAfter('PUT', CAROL, 2)).to.deep.equal(['message', '3', [{ reaction: HEART, count: 2 }]])
        const after = await read(`${chat}/messages/1`)
        expect(after.json).to.deep.equal({ ...before.json, reactions: [{ reaction: HEART, count: 2 }] })
        expect([before, after].map(({ headers }) => headers.get('etag'))).to.deep.equal(['"1"', '"3"'])
        const stale = await client.patch(`${chat}/messages/1`, { text: 'x' }, { ...ALICE, 'if-match': '"1"' })
        expect([stale.status, stale.json.type]).to.deep.equal([412, '/problems/precondition-failed'])
        expect(await countsAfter('DELETE', BOB, 3)).to.deep.equal(['message', '4', [{ reaction: HEART, count: 1 }]])
        expect((await react('DELETE', chat, 1, HEART, BOB)).status).to.equal(404)
      })

      it('of every spelling that a path can carry come back in counts, pages and links', async () => {
        const chat = await aChat(['bob', 'carol'])
        const odd = [
          '/',
          '%',
          '%2F',
          '?',
          '#',
          'a/b',
          '&=+',
          '"<>\\',
          '...',
          '👩‍👩‍👧‍👦',
          "'*()!~",
          '__proto__',
          'e\u0301',
          'é',
          '+1',
        ]
        await send(chat)
        for (const headers of [BOB, CAROL])
          for (const reaction of odd)
            expect((await react('PUT', chat, 1, reaction, headers)).status, reaction).to.equal(204)
        const { json } = await read(`${chat}/messages/1`)
        expect(json.reactions).to.deep.equal(odd.map((reaction) => ({ reaction, count: 2 })))
        for (const reaction of odd) {
          const target = `${chat}/messages/1/reactions/?limit=1&reaction=${encodeURIComponent(reaction)}`
          expect(await told(target), reaction).to.deep.equal(['bob', 'carol'].map((user_id) => ({ user_id, reaction })))
        }
        const own = await told<{ reaction: string }>(`${chat}/members/bob/reactions/`, BOB)
        expect(own.map(({ reaction }) => reaction)).to.have.members(odd)
      })

      it('are refused, naming the parameter, where they are none', async () => {
        const chat = await aChat(['bob'])
        await send(chat)
        for (const reaction of ['a b', '\u00a0', '\u0085', 'a\n', '\u200b', '\0', 'x'.repeat(33)])
          for (const method of ['PUT', 'DELETE'])
            expect(refusal(await react(method, chat, 1, reaction)), reaction).to.deep.equal([
              422,
              'reaction',
              'malformed',
            ])
        for (const query of ['reaction=a%20b', 'reaction=+1', 'reaction='])
          expect(refusal(await client.get(`${chat}/messages/1/reactions/?${query}`, BOB))).to.deep.equal([
            422,
            'reaction',
            'malformed',
          ])
        const [none, twice] = ['', '?reaction=a&reaction=b']
        expect(refusal(await client.get(`${chat}/messages/1/reactions/${none}`, BOB))).to.deep.equal([
          422,
          'reaction',
          'required',
        ])
        expect(refusal(await client.get(`${chat}/messages/1/reactions/${twice}`, BOB))).to.deep.equal([
          422,
          'reaction',
          'repeated',
        ])
        for (const [segment, status] of [
          ['..', 422],
          ['%2E', 422],
          ['%zz', 400],
          ['%ff', 400],
          ['%E2%9D', 400],
        ] as const) {
          const head = `PUT ${chat}/messages/1/reactions/${segment} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${BOB['authorization']}\r\n`
          const [answer] = await exchange(client.url, [`${head}Connection: close\r\n\r\n`], holdOne)
          expect(answer?.status, segment).to.equal(status)
        }
        expect((await read(chat)).headers.get('etag')).to.equal('"1"')
      })

      it('are asked for in a way that can be read, and of which there is one', async () => {
        const chat = await aChat(['bob'])
        await send(chat)
        const users = `${chat}/messages/1/reactions/?reaction=ok`
        const own = `${chat}/members/bob/reactions/`
        for (const target of [users, own]) {
          expect((await client.get(target, { ...BOB, accept: 'image/*' })).status, target).to.equal(406)
          expect((await client.get(target, { ...BOB, 'if-none-match': 'x' })).status, target).to.equal(400)
          expect((await client.get(`${target}${target === own ? '?' : '&'}limit=0`, BOB)).status, target).to.equal(422)
        }
        const badEscape = `${chat}/messages/1/reactions/%ff`
        for (const method of ['PUT', 'DELETE'])
          expect((await client.request(method, badEscape, { headers: BOB })).status, method).to.equal(400)
      })

      it('are at most twenty different ones', async () => {
        const chat = await aChat(['bob'])
        await send(chat)
        for (const n of upTo(MOST_REACTIONS)) expect((await react('PUT', chat, 1, `r${n}`)).status).to.equal(204)
        const more = await react('PUT', chat, 1, 'r21', ALICE)
        expect(refusal(more)).to.deep.equal([422, 'reaction', 'too_many'])
        expect(more.json).to.include({ type: '/problems/validation-failed' })
        expect((await react('PUT', chat, 1, 'r20', ALICE)).status).to.equal(204)
      })

      it('are nobody’s for a service, of the user it acts for, and of nobody to what is not there', async () => {
        const chat = await aChat(['bob'])
        await send(chat)
        for (const method of ['PUT', 'DELETE']) {
          expect((await react(method, chat, 1, HEART, asRoot)).json).to.include({
            status: 403,
            type: '/problems/forbidden',
          })
          expect((await react(method, chat, 7, HEART)).json).to.include({ status: 404, type: '/problems/not-found' })
          expect((await react(method, '/chats/99999', 1, HEART)).json).to.include({ status: 404 })
        }
        expect((await react('PUT', chat, 1, HEART, { ...asRoot, 'on-behalf-of': 'bob' } as never)).status).to.equal(204)
        const target = `${chat}/messages/1/reactions/?reaction=${encodeURIComponent(HEART)}`
        expect(await told(target)).to.deep.equal([{ user_id: 'bob', reaction: HEART }])
        await client.delete(`${chat}/messages/1`, ALICE)
        expect((await client.get(target, ALICE)).status).to.equal(404)
        expect(await told(`${chat}/members/bob/reactions/`, BOB)).to.deep.equal([])
      })

      it('are read with tags, and own ones page by page without parting a message', async () => {
        const chat = await aChat(['bob', 'a&b=c/d'])
        const odd = asUser('a&b=c/d')
        for (const _ of upTo(3)) await send(chat)
        for (const id of [1, 2, 3]) for (const one of ['+1', HEART]) await react('PUT', chat, id, one, odd)
        await react('PUT', chat, 1, HEART, BOB)
        const mine = `${chat}/members/${encodeURIComponent('a&b=c/d')}/reactions/`
        const page = await client.get<object[]>(`${mine}?limit=1`, odd)
        expect(page.json).to.deep.equal(['+1', HEART].map((reaction) => ({ message_id: 3, reaction })))
        expect(nextOf(page)).to.equal(`${mine}?limit=1&before=3`)
        expect(await told(`${mine}?limit=1`, odd)).to.have.length(6)
        expect(await told(`${mine}?limit=1&after=1`, odd)).to.have.length(4)
        expect(await told(`${mine}?after=1&before=3`, asRoot)).to.have.length(2)
        expect((await client.get(mine, BOB)).status).to.equal(403)
        const users = `${chat}/messages/1/reactions/?reaction=${encodeURIComponent(HEART)}&limit=1`
        const first = await client.get<object[]>(users, BOB)
        expect(nextOf(first)).to.include('&after=a%26b%3Dc%2Fd')
        expect(await told(users, BOB)).to.have.length(2)
        for (const [target, headers] of [
          [users, BOB],
          [mine, odd],
        ] as const) {
          const tag = (await client.get(target, headers)).headers.get('etag') ?? ''
          expect((await client.get(target, { ...headers, 'if-none-match': tag })).status).to.equal(304)
          expect((await client.get(target, { ...headers, 'if-match': '"x"' })).status).to.equal(412)
        }
        const seen = (await client.get<ChatBody>(chat, BOB)).json
        expect(seen.messages.map(({ reactions }) => reactions.length)).to.deep.equal([2, 2, 2])
      })
    })
  }))
