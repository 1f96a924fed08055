import { expect } from 'chai'
import fc from 'fast-check'
import type { Side } from './history-sides.ts'

/** What somebody said, as it should be shown. */
interface Held {
  readonly text: string
  readonly metadata: object
  readonly replyTo: number | null
  readonly editedTexts: number
  /** Who reacted how, the first used first. */
  readonly reactions: ReadonlyMap<string, ReadonlySet<string>>
}

/** What the chat should hold: enough to foresee counters, statuses and what is shown, no more. */
export interface Model {
  readonly messages: (Held | null)[]
  /** What was sent under a key. */
  readonly keys: Map<string, string>
  title: string
  metadata: object
  revision: number
}

export const newModel = (): Model => ({ messages: [], keys: new Map(), title: 'model', metadata: {}, revision: 0 })

export interface World {
  readonly memory: Side
  readonly postgres: Side
  readonly tick: () => void
}

type Command = fc.AsyncCommand<Model, World>

const both = async ({ memory, postgres, tick }: World, ...request: Parameters<Side['ask']>) => {
  tick()
  const [there, here] = await Promise.all([memory.ask(...request), postgres.ask(...request)])
  expect(here).to.equal(there)
  return here
}
const statusOf = (answer: string) => Number(answer.split('\n')[0])
const command = (name: string, run: (model: Model, world: World) => Promise<void>): Command => ({
  check: () => true,
  run,
  toString: () => name,
})

/** Of so few fields that their order can be told. */
const meaningOf = (metadata: object) => JSON.stringify(Object.entries(metadata).toSorted())
const by = (user: string) => ({ 'on-behalf-of': user })
const messageAt = ({ messages }: Model, number: number) => messages[number - 1] ?? null

interface Sent {
  readonly text: string
  readonly reply_to?: number | null | undefined
  readonly metadata?: object | undefined
}

const send = (sent: Sent, key?: string) =>
  command(`send ${JSON.stringify(sent)} ${key ?? ''}`, async (model, world) => {
    const { text, reply_to: replyTo = null, metadata = {} } = sent
    const answer = await both(world, 'POST', '/messages/', sent, key === undefined ? {} : { 'idempotency-key': key })
    const meaning = JSON.stringify([text, replyTo, meaningOf(metadata)])
    const kept = key === undefined ? undefined : model.keys.get(key)
    if (kept !== undefined) return void expect(statusOf(answer)).to.equal(kept === meaning ? 201 : 422)
    if (replyTo !== null && messageAt(model, replyTo) === null) return void expect(statusOf(answer)).to.equal(422)
    model.messages.push({ text, metadata, replyTo, editedTexts: 0, reactions: new Map() })
    model.revision++
    if (key !== undefined) model.keys.set(key, meaning)
    expect(answer.split('\n').slice(0, 2)).to.deep.equal(['201', `"${model.revision}"`])
  })

const edit = (number: number, edits: { readonly text?: string; readonly metadata?: object }, tag?: number) =>
  command(`edit ${number} ${JSON.stringify(edits)} ${tag ?? ''}`, async (model, world) => {
    const headers: Record<string, string> = tag === undefined ? {} : { 'if-match': `"${tag}"` }
    const status = statusOf(await both(world, 'PATCH', `/messages/${number}`, edits, headers))
    const before = messageAt(model, number)
    if (Object.keys(edits).length === 0) return void expect(status).to.equal(422)
    if (before === null) return void expect(status).to.equal(404)
    if (tag === undefined) expect(status).to.equal(200)
    const { text = before.text, metadata = before.metadata } = edits
    const isSame = text === before.text && meaningOf(metadata) === meaningOf(before.metadata)
    if (status !== 200 || isSame) return
    const editedTexts = before.editedTexts + (text === before.text ? 0 : 1)
    model.messages[number - 1] = { ...before, text, metadata, editedTexts }
    model.revision++
  })

const remove = (number: number) =>
  command(`delete ${number}`, async (model, world) => {
    const isThere = messageAt(model, number) !== null
    expect(statusOf(await both(world, 'DELETE', `/messages/${number}`))).to.equal(isThere ? 204 : 404)
    if (!isThere) return
    model.messages[number - 1] = null
    model.revision++
  })

const change = (changes: { readonly title?: string; readonly metadata?: object }) =>
  command(`change ${JSON.stringify(changes)}`, async (model, world) => {
    const { title = model.title, metadata = model.metadata } = changes
    if (title !== model.title || meaningOf(metadata) !== meaningOf(model.metadata)) {
      Object.assign(model, { title, metadata })
      model.revision++
    }
    expect((await both(world, 'PATCH', '', changes)).split('\n')[1]).to.equal(`"${model.revision}"`)
  })

const react = (method: 'PUT' | 'DELETE', number: number, reaction: string, user: string) =>
  command(`${method} ${reaction} to ${number} by ${user}`, async (model, world) => {
    const target = `/messages/${number}/reactions/${encodeURIComponent(reaction)}`
    const status = statusOf(await both(world, method, target, undefined, by(user)))
    const message = messageAt(model, number)
    if (message === null) return void expect(status).to.equal(404)
    const users = new Set(message.reactions.get(reaction))
    const isThere = users.has(user)
    if (method === 'DELETE' && !isThere) return void expect(status).to.equal(404)
    expect(status).to.equal(204)
    if (method === 'PUT' && isThere) return
    if (method === 'PUT') users.add(user)
    else users.delete(user)
    const reactions = new Map(message.reactions).set(reaction, users)
    if (users.size === 0) reactions.delete(reaction)
    model.messages[number - 1] = { ...message, reactions }
    model.revision++
  })

const look = (path: string, user?: string) =>
  command(`look at ${path}`, async (_model, world) => {
    await both(world, 'GET', path, undefined, user === undefined ? {} : by(user))
  })

const shownOf = ({ text, metadata, replyTo, editedTexts, reactions }: Held, index: number) => ({
  id: index + 1,
  text,
  metadata,
  reply_to: replyTo,
  reactions: Array.from(reactions, ([reaction, users]) => ({ reaction, count: users.size })),
  isEdited: editedTexts > 0,
})

export const read = command('read', async (model, world) => {
  const [status, tag, , , , body = ''] = (await both(world, 'GET', '?limit=100')).split('\n')
  expect([status, tag]).to.deep.equal(['200', `"${model.revision}"`])
  const { messages, last_message_id, metadata } = JSON.parse(body.replaceAll(':X,', ':0,')) as {
    messages: (Record<string, unknown> & { edited_at: string | null })[]
    last_message_id: number
    metadata: object
  }
  const expected = model.messages.flatMap((held, index) => (held ? [shownOf(held, index)] : []))
  const shown = messages.map(({ id, text, metadata, reply_to, reactions, edited_at }) => ({
    id,
    text,
    metadata,
    reply_to,
    reactions,
    isEdited: edited_at !== null,
  }))
  expect(shown.toReversed()).to.deep.equal(expected)
  expect(last_message_id).to.equal(model.messages.length)
  expect(metadata).to.deep.equal(model.metadata)
})

const restart = command('restart', async (_model, { memory, postgres }) => {
  await memory.restart()
  await postgres.restart()
})

const text = fc.constantFrom('a', 'b', 'c')
const number = fc.integer({ min: 1, max: 8 })
const metadata = fc.constantFrom<object>({}, { a: 1 }, { b: [1], a: 'x' }, { a: 'x', b: [1] })
const reaction = fc.constantFrom('❤', '+1', 'a/b?')
const user = fc.constantFrom('bob', 'carol', 'dave')
const key = fc.option(fc.constantFrom('k1', 'k2', 'k3'), { nil: undefined })
const more = { reply_to: fc.oneof(fc.constant(null), number), metadata }
const sent = fc.oneof(
  fc.record({ text }),
  fc.tuple(text, fc.record(more, { requiredKeys: [] })).map(([text, more]) => ({ text, ...more })),
)
const pages = [
  '/messages/',
  '/messages/?limit=2',
  '/messages/?limit=2&before=4',
  '/messages/?limit=2&after=1',
  '/messages/?after=1&before=5&order=asc',
  '/messages/?limit=1&after=0',
  '/messages/?reply_to=1',
  '/messages/?reply_to=2&limit=1',
  '/messages/?reply_to=1&limit=1&after=0&order=asc',
  '/messages/1/reactions/?reaction=%E2%9D%A4',
  '/messages/2/reactions/?reaction=%2B1&limit=1',
  '/messages/1/reactions/?reaction=a%2Fb%3F&after=bob',
  '/members/bob/reactions/',
  '/members/bob/reactions/?limit=1&before=3',
  '/members/carol/reactions/?after=1',
]

export const commands = fc.commands(
  [
    fc.tuple(sent, key).map(([sent, key]) => send(sent, key)),
    fc.tuple(sent, key).map(([sent, key]) => send(sent, key)),
    fc
      .tuple(number, fc.record({ text, metadata }, { requiredKeys: [] }), fc.option(number, { nil: undefined }))
      .map(([n, edits, tag]) => edit(n, edits, tag)),
    number.map(remove),
    fc.oneof(fc.record({ title: text }), fc.record({ metadata }), fc.record({ title: text, metadata })).map(change),
    fc.tuple(number, reaction, user).map(([n, reaction, user]) => react('PUT', n, reaction, user)),
    fc.tuple(number, reaction, user).map(([n, reaction, user]) => react('PUT', n, reaction, user)),
    fc.tuple(number, reaction, user).map(([n, reaction, user]) => react('DELETE', n, reaction, user)),
    fc.constantFrom(...pages).map((page) => look(page)),
    fc.constantFrom('bob', 'carol').map((user) => look(`/members/bob/reactions/`, user)),
    fc.constant(read),
    fc.constant(restart),
  ],
  // As many as there may be: by default a sequence is short, and hardly any reaction would be to a message that is there.
  { maxCommands: 40, size: 'max' },
)
