import { expect } from 'chai'
import { type ChatBody, type Client, clientOf } from '../client.ts'
import { aKeyOn, asRoot, asUser, GUARDED } from '../credentials.ts'
import { releasing } from '../releasing.ts'
import { overEachStorage, served } from '../served.ts'

type Headers = Readonly<Record<string, string>>

/** As what alice stands before a chat, in the order of the columns. */
const STANDINGS = ['owner', 'moderator', 'member', 'reader', 'stranger, public', 'stranger, private'] as const
type Standing = (typeof STANDINGS)[number]

const ROLES = ['owner', 'moderator', 'member', 'reader'] as const
type Role = (typeof ROLES)[number]

interface Row {
  readonly what: string
  readonly method: string
  /** Below the chat. */
  readonly path: string
  readonly body?: object
  /** What bob is; no member, without it. */
  readonly bob?: Role
  /** One status a column. */
  readonly answers: string
}

const row = (
  what: string,
  method: string,
  path: string,
  body: object | undefined,
  answers: string,
  bob?: Role,
): Row => ({
  what,
  method,
  path,
  answers,
  ...(body && { body }),
  ...(bob && { bob }),
})

const OF_ALICE = '/messages/1'
const OF_BOB = '/messages/2'
const OF_NOBODY = '/messages/3'
const ALICE = '/members/alice'
const BOB = '/members/bob'
const TEXT = { text: 'another' }
const METADATA = { metadata: { order: 4711 } }
const REACTION = '/reactions/%E2%9D%A4'
const REACTORS = '/reactions/?reaction=%E2%9D%A4'

/** Whether a moderator may have to do with a role, or be told no. */
const moderated = (done: number, ...roles: readonly Role[]) =>
  roles.every((role) => role === 'member' || role === 'reader') ? done : 403

const ofOthers = ROLES.flatMap((role) => [
  row(`add another as ${role}`, 'PUT', BOB, { role }, `201 ${moderated(201, role)} 403 403 403 404`),
  row(`remove another who is ${role}`, 'DELETE', BOB, undefined, `204 ${moderated(204, role)} 403 403 403 404`, role),
  ...ROLES.map((before) =>
    row(
      `make another ${role} who is ${before}`,
      'PUT',
      BOB,
      { role },
      `200 ${moderated(200, role, before)} 403 403 403 404`,
      before,
    ),
  ),
])

const TABLE: readonly Row[] = [
  row('read the chat', 'GET', '', undefined, '200 200 200 200 200 404'),
  row('page through messages', 'GET', '/messages/', undefined, '200 200 200 200 200 404'),
  row('read a message', 'GET', OF_BOB, undefined, '200 200 200 200 200 404'),
  row('list members', 'GET', '/members/', undefined, '200 200 200 200 200 404'),
  row('see another member', 'GET', BOB, undefined, '200 200 200 200 200 404', 'member'),
  row('see itself', 'GET', ALICE, undefined, '200 200 200 200 404 404'),
  row('see its own marker', 'GET', `${ALICE}/read`, undefined, '200 200 200 200 404 404'),
  row('move its own marker', 'PUT', `${ALICE}/read`, { message_id: 1 }, '200 200 200 200 404 404'),
  row('see that of another', 'GET', `${BOB}/read`, undefined, '403 403 403 403 403 404', 'member'),
  row('move that of another', 'PUT', `${BOB}/read`, { message_id: 1 }, '403 403 403 403 403 404', 'reader'),
  row('move that of nobody', 'PUT', `${BOB}/read`, { message_id: 1 }, '404 404 404 404 404 404'),
  row('send', 'POST', '/messages/', TEXT, '201 201 201 403 201 404'),
  row('answer bob', 'POST', '/messages/', { ...TEXT, reply_to: 2, ...METADATA }, '201 201 201 403 201 404'),
  row('react to its own', 'PUT', OF_ALICE + REACTION, undefined, '204 204 204 403 204 404'),
  row('react to what bob wrote', 'PUT', OF_BOB + REACTION, undefined, '204 204 204 403 204 404'),
  row('take a reaction back that is none', 'DELETE', OF_BOB + REACTION, undefined, '404 404 404 403 404 404'),
  row('see who reacted', 'GET', OF_BOB + REACTORS, undefined, '200 200 200 200 200 404'),
  row('see its own reactions', 'GET', `${ALICE}/reactions/`, undefined, '200 200 200 200 200 404'),
  row('see those of another', 'GET', `${BOB}/reactions/`, undefined, '403 403 403 403 403 404', 'member'),
  row('say that it types', 'POST', '/typing', undefined, '204 204 204 403 204 404'),
  row('edit its own', 'PATCH', OF_ALICE, TEXT, '200 200 200 403 200 404'),
  row('delete its own', 'DELETE', OF_ALICE, undefined, '204 204 204 403 204 404'),
  row('set metadata of its own', 'PATCH', OF_ALICE, METADATA, '200 200 200 403 200 404'),
  row('set metadata of what bob wrote', 'PATCH', OF_BOB, METADATA, '403 403 403 403 403 404'),
  row('edit what bob wrote', 'PATCH', OF_BOB, TEXT, '403 403 403 403 403 404'),
  row('delete what bob wrote', 'DELETE', OF_BOB, undefined, '204 204 403 403 403 404'),
  row('edit what a service wrote', 'PATCH', OF_NOBODY, TEXT, '403 403 403 403 403 404'),
  row('delete what a service wrote', 'DELETE', OF_NOBODY, undefined, '204 204 403 403 403 404'),
  row('rename', 'PATCH', '', { title: 'Mine' }, '200 200 403 403 403 404'),
  row('set metadata', 'PATCH', '', METADATA, '200 200 403 403 403 404'),
  row('that and what is refused', 'PATCH', '', { ...METADATA, visibility: 'public' }, '200 403 403 403 403 404'),
  row('set the visibility', 'PATCH', '', { visibility: 'public' }, '200 403 403 403 403 404'),
  row('both, one of which is refused', 'PATCH', '', { title: 'Mine', visibility: 'public' }, '200 403 403 403 403 404'),
  row('delete the chat', 'DELETE', '', undefined, '204 403 403 403 403 404'),
  ...ofOthers,
  row('take the role of owner', 'PUT', ALICE, { role: 'owner' }, '200 403 403 403 403 404'),
  row('take that of moderator', 'PUT', ALICE, { role: 'moderator' }, '200 200 403 403 403 404'),
  row('take that of member, or join', 'PUT', ALICE, { role: 'member' }, '200 200 200 403 201 404'),
  row('take that of reader', 'PUT', ALICE, { role: 'reader' }, '200 200 200 200 403 404'),
  row('leave', 'DELETE', ALICE, undefined, '204 204 204 204 404 404'),
]

describe('Who may do what in a chat, over HTTP,', () =>
  overEachStorage((storage) => {
    const hold = releasing(after)
    let client: Client
    let alice: Readonly<Record<'by a token' | 'by a service that acts for it', Headers>>

    before(async () => {
      client = clientOf(hold(await served(await storage(), GUARDED), ({ stop }) => stop()).url)
      const service = await aKeyOn(client, ['read', 'write', 'act'])
      alice = {
        'by a token': asUser('alice'),
        'by a service that acts for it': { ...service.headers, 'on-behalf-of': 'alice' },
      }
    })

    const put = (chat: string, user: string, role: Role) =>
      client.request('PUT', `${chat}/members/${user}`, {
        body: JSON.stringify({ role }),
        headers: { 'content-type': 'application/json', ...asRoot },
      })

    /** A chat of carol's, in which alice, bob and a service wrote while it was public, before they came to stand as they do. */
    const aChat = async (standing: Standing, bob: Role | undefined) => {
      const members = [{ user_id: 'carol', role: 'owner' }]
      const opened = await client.post<ChatBody>('/chats/', { title: 'Theirs', visibility: 'public', members }, asRoot)
      const chat = `/chats/${opened.json.id}`
      for (const writer of [asUser('alice'), asUser('bob'), asRoot])
        await client.post(`${chat}/messages/`, { text: 'hello' }, writer)
      if (bob) await put(chat, 'bob', bob)
      if (!standing.startsWith('stranger')) await put(chat, 'alice', standing as Role)
      if (standing !== 'stranger, public') await client.patch(chat, { visibility: 'private' }, asRoot)
      return chat
    }

    /** Everything that a change would show in: the revision, the chat, its messages and its members. */
    const stateOf = async (chat: string) => {
      const answers = [await client.get<unknown>(chat, asRoot), await client.get<unknown>(`${chat}/members/`, asRoot)]
      return answers.map(({ headers, text }) => `${headers.get('etag')} ${text}`)
    }

    /** Chats as they were made, for the next who stands so: whoever was refused has left no trace. */
    const untouched = new Map<string, { readonly chat: string; readonly state: readonly string[] }>()

    const answerTo = async ({ what, method, path, body, bob }: Row, standing: Standing, headers: Headers) => {
      const kind = `${standing} ${bob}`
      const chat = untouched.get(kind)?.chat ?? (await aChat(standing, bob))
      const state = untouched.get(kind)?.state ?? (await stateOf(chat))
      untouched.delete(kind)
      const json = { body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }
      const { status } = await client.request<unknown>(method, chat + path, body ? json : { headers })
      if (status >= 400) expect(await stateOf(chat), `${what}, as ${standing}`).to.deep.equal(state)
      if (status >= 400 || method === 'GET') untouched.set(kind, { chat, state })
      return status
    }

    for (const row of TABLE)
      it(row.what, async () => {
        for (const [how, headers] of Object.entries(alice)) {
          const answers = await Promise.all(STANDINGS.map((standing) => answerTo(row, standing, headers)))
          expect(answers.join(' '), how).to.equal(row.answers)
        }
      })
  }))
