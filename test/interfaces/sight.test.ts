import { expect } from 'chai'
import { SCOPES } from '../../src/domain/caller.ts'
import { type ChatBody, type Client, clientOf } from '../client.ts'
import { aKeyOn, asRoot, asUser, GUARDED } from '../credentials.ts'
import { type DocumentedOperation, operations } from '../recorder.ts'
import { releasing } from '../releasing.ts'
import { overEachStorage, served } from '../served.ts'
import { connection, readToEnd } from '../wire.ts'

type Headers = Readonly<Record<string, string>>

/** A chat that never was, with as many digits as those that are. */
const NOWHERE = 9

/** What is done before: its sender would be answered with it again. */
const USED = { 'idempotency-key': 'used-before' }

/** Beside the credential. */
const VARIANTS: Readonly<Record<string, Headers>> = {
  'as it is': {},
  'with an Idempotency-Key': { 'idempotency-key': 'fresh' },
  'with one that was used there': USED,
  'with If-Match and the tag of the chat': { 'if-match': '"3"' },
  'with If-Match and another tag': { 'if-match': '"77"' },
  'with If-Match: *': { 'if-match': '*' },
  'with If-None-Match and the tag of the chat': { 'if-none-match': '"3"' },
  'with If-None-Match: *': { 'if-none-match': '*' },
  'with a tag that is none': { 'if-match': '3' },
  'with an Accept of something else': { accept: 'image/png' },
  'with the place of a stream': { 'last-event-id': '1' },
  'with a place that no stream has reached': { 'last-event-id': '77' },
  'from a page of another origin': { origin: 'https://chat.example.org' },
}

const ofChats = operations.filter(({ id, path }) => path.includes('{chat_id}') || id === 'followChats')

/** Operations with what is there and what is not, and what else may be asked of their paths. */
const asked = ofChats.flatMap((operation) => {
  const targets = operation.path.includes('{message_id}')
    ? [1, 2, 5].map((id) => operation.path.replace('{message_id}', String(id)))
    : operation.path.includes('{user_id}')
      ? ['opener', 'removed', 'stranger', 'nobody'].map((id) => operation.path.replace('{user_id}', id))
      : [operation.id === 'followChats' ? '/events?chat_id={chat_id}' : operation.path]
  const methods = operation.method === 'GET' ? ['GET', 'HEAD', 'OPTIONS', 'PUT', 'TRACE'] : [operation.method]
  return targets.flatMap((target) => methods.map((method) => ({ operation, target, method })))
})

describe('A chat that the caller may not see', () =>
  overEachStorage((storage) => {
    const hold = releasing(after)
    let client: Client
    let stranger: Headers
    let removed: Headers
    let limited: Headers
    let acting: Headers
    let listsBefore: readonly string[]
    let chats: { readonly private: number; readonly public: number; readonly deleted: number }

    before(async () => {
      const environment = { ...GUARDED, CORS_ORIGINS: 'https://chat.example.org' }
      client = clientOf(hold(await served(await storage(), environment), ({ stop }) => stop()).url)
      listsBefore = await lists(asUser('stranger'))
      chats = { private: await aChat('private'), public: await aChat('public'), deleted: await aChat('private') }
      await client.delete(`/chats/${chats.deleted}`, asRoot)
      const elsewhere = await client.post<ChatBody>('/chats/', { title: 'Elsewhere' }, asRoot)
      expect(elsewhere.json.id).to.be.below(NOWHERE)
      stranger = asUser('stranger')
      removed = asUser('removed')
      limited = (await aKeyOn(client, SCOPES, { chat_ids: [elsewhere.json.id] })).headers
      acting = { ...(await aKeyOn(client, SCOPES)).headers, 'on-behalf-of': 'stranger' }
    })

    /** At revision 3: two messages, one of the member who was removed then, under a key that services have used, too. */
    const aChat = async (visibility: string) => {
      const opener = asUser('opener')
      const members = [{ user_id: 'removed', role: 'member' }]
      const { id } = (await client.post<ChatBody>('/chats/', { title: 'Mine', visibility, members }, opener)).json
      const messages = `/chats/${id}/messages/`
      for (const sender of [asUser('removed'), asRoot])
        await client.post(messages, { text: 'hello' }, { ...sender, ...USED })
      await client.delete(`/chats/${id}/members/removed`, opener)
      expect((await client.get(`/chats/${id}`, opener)).headers.get('etag')).to.equal('"3"')
      return id
    }

    const lists = (caller: Headers) =>
      Promise.all(
        ['/chats/', '/chats/?limit=1', '/chats/?after=0', '/chats/?before=3&limit=1'].map(async (target) => {
          const { headers, text } = await client.get<unknown>(target, caller)
          return [text, headers.get('link'), headers.get('etag')].join(' ')
        }),
      )

    const bytesOf = async (
      chat: number,
      method: string,
      { body }: DocumentedOperation,
      target: string,
      headers: Headers,
    ) => {
      const text = body === undefined || method === 'OPTIONS' ? '' : JSON.stringify(body)
      const fields = {
        host: 'localhost',
        connection: 'close',
        // Told to the server, the id of the request is the same for both.
        'x-request-id': 'of-both-requests',
        ...(text && { 'content-type': 'application/json', 'content-length': text.length }),
        ...headers,
      }
      const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`)
      const socket = await connection(client.url, hold)
      socket.write(`${method} ${target.replace('{chat_id}', String(chat))} HTTP/1.1\r\n${head.join('')}\r\n${text}`)
      return (await readToEnd(socket))
        .replace(/^Date: .*$/m, 'Date: now')
        .replaceAll(`Chat ${chat} `, 'Chat of that id ')
    }

    const statusOf = (bytes: string) => Number(bytes.split(' ')[1])

    /** Asks of a chat that is there, and of one that is not, in every way. */
    const expectSame = async (chat: number, caller: Headers) => {
      const statuses = new Set<number>()
      for (const [variant, headers] of Object.entries(VARIANTS))
        for (const { operation, target, method } of asked) {
          const ask = (id: number) => bytesOf(id, method, operation, target, { ...headers, ...caller })
          const [there, nowhere] = await Promise.all([ask(chat), ask(NOWHERE)])
          const what = `${method} ${target} ${variant}`
          expect(there, what).to.equal(nowhere)
          if (!['OPTIONS', 'PUT', 'TRACE'].includes(method)) expect(statusOf(there), what).to.be.within(400, 499)
          statuses.add(statusOf(there))
        }
      expect([...statuses]).to.include.members([204, 400, 404, 405, 406])
    }

    it('is to a stranger as if it were not there, byte by byte, whatever it asks and however', () =>
      expectSame(chats.private, stranger))
    it('is so to whom a service acts for', () => expectSame(chats.private, acting))
    it('is so to a key that is limited to other chats', () => expectSame(chats.private, limited))
    it('is so to who was removed from a private one, and used a key there', () => expectSame(chats.private, removed))
    it('is so to who was removed from a public one', () => expectSame(chats.public, removed))
    it('is so to everybody once it is deleted', async () => {
      await expectSame(chats.deleted, asUser('opener'))
      await expectSame(chats.deleted, asRoot)
    })

    it('leaves no trace in lists and in their links, which are as they were before there was any', async () => {
      for (const caller of [stranger, acting, removed]) expect(await lists(caller)).to.deep.equal(listsBefore)
      const open = async (caller: Headers) =>
        (await client.get<ChatBody[]>('/chats/?visibility=public', caller)).json.map(({ id }) => id)
      expect([await open(stranger), await open(removed)]).to.deep.equal([[chats.public], []])
    })

    it('is none that is there: who may see it is answered otherwise', async () => {
      const [there, nowhere] = [chats.private, NOWHERE].map(async (id) =>
        statusOf(await bytesOf(id, 'GET', ofChats[0]!, '/chats/{chat_id}', asUser('opener'))),
      )
      expect([await there, await nowhere]).to.deep.equal([200, 404])
    })
  }))
