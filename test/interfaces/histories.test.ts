import { expect } from 'chai'
import fc from 'fast-check'
import type { Storage } from '../../src/composition/storage.ts'
import { type Messenger, serve } from '../../src/messenger.ts'
import { openStorage } from '../../src/storage.ts'
import { NOON } from '../fixtures.ts'
import { aDatabase, urlOf } from '../postgres.ts'
import { type Hold, releasing } from '../releasing.ts'
import { aConfig, aLogger, memoryStorage } from '../served.ts'

/** What the chat should hold: enough to foresee counters and statuses, no more. */
interface Model {
  readonly texts: (string | null)[]
  readonly keys: Map<string, string>
  title: string
  revision: number
}

/** One chat on one storage, driven over HTTP, with a clock that only the commands move. */
interface Side {
  readonly ask: (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<string>
  readonly restart: () => Promise<void>
  readonly stop: () => Promise<void>
}

const aSide = async (hold: Hold, open: () => Promise<Storage>, clock: { now: () => Date }): Promise<Side> => {
  const config = aConfig()
  let messenger: Messenger = await serve(await open(), config, aLogger(), clock)
  let stopped: Promise<void> | undefined
  const stop = hold(
    () => (stopped ??= messenger.stop()),
    (stop) => stop(),
  )
  let chat = ''
  const ask: Side['ask'] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${messenger.url}${chat}${path}`, {
      method,
      headers: { 'content-type': 'application/json', 'x-request-id': 'history-0', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const seen = ['etag', 'location', 'link', 'idempotency-replayed'].map((name) => response.headers.get(name))
    const text = [response.status, ...seen, await response.text()].join('\n')
    // The two stores number their chats apart; nothing else may differ.
    const id = chat.split('/')[2] ?? ''
    return text
      .replaceAll(chat || '/chats/none', '/chats/X')
      .replaceAll(`"chat_id":${id},`, '"chat_id":X,')
      .replaceAll(`{"id":${id},"title"`, '{"id":X,"title"')
      .replaceAll(`hat ${id} was`, 'hat X was')
      .replaceAll(`of chat ${id} `, 'of chat X ')
  }
  const created = await fetch(`${messenger.url}/chats/`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"title":"model"}',
  })
  chat = created.headers.get('location') ?? ''
  await created.text()
  return {
    ask,
    restart: async () => {
      await messenger.stop()
      messenger = await serve(await open(), config, aLogger(), clock)
    },
    stop,
  }
}

interface World {
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
const command = (name: string, run: (model: Model, world: World) => Promise<void>): Command => ({
  check: () => true,
  run,
  toString: () => name,
})

const send = (text: string, key?: string) =>
  command(`send ${text} ${key ?? ''}`, async (model, world) => {
    const answer = await both(
      world,
      'POST',
      '/messages/',
      { text },
      key === undefined ? {} : { 'idempotency-key': key },
    )
    const kept = key === undefined ? undefined : model.keys.get(key)
    if (kept !== undefined) return void expect(answer.split('\n')[0]).to.equal(kept === text ? '201' : '422')
    model.texts.push(text)
    model.revision++
    if (key !== undefined) model.keys.set(key, text)
    expect(answer.split('\n').slice(0, 2)).to.deep.equal(['201', `"${model.revision}"`])
  })
const edit = (number: number, text: string, tag?: number) =>
  command(`edit ${number} ${text} ${tag ?? ''}`, async (model, world) => {
    const headers: Record<string, string> = tag === undefined ? {} : { 'if-match': `"${tag}"` }
    const answer = await both(world, 'PATCH', `/messages/${number}`, { text }, headers)
    const before = model.texts[number - 1] ?? null
    const status = answer.split('\n')[0]
    if (before === null) return void expect(status).to.equal('404')
    if (tag === undefined) expect(status).to.equal('200')
    if (status !== '200' || before === text) return
    model.texts[number - 1] = text
    model.revision++
  })
const remove = (number: number) =>
  command(`delete ${number}`, async (model, world) => {
    const answer = await both(world, 'DELETE', `/messages/${number}`)
    const there = (model.texts[number - 1] ?? null) !== null
    expect(answer.split('\n')[0]).to.equal(there ? '204' : '404')
    if (!there) return
    model.texts[number - 1] = null
    model.revision++
  })
const rename = (title: string) =>
  command(`rename ${title}`, async (model, world) => {
    if (title !== model.title) model.revision++
    model.title = title
    expect((await both(world, 'PATCH', '', { title })).split('\n')[1]).to.equal(`"${model.revision}"`)
  })
const page = (query: string) =>
  command(`page ${query}`, async (_model, world) => {
    await both(world, 'GET', `/messages/?${query}`)
  })
const read = command('read', async (model, world) => {
  const [status, tag, , , , body = ''] = (await both(world, 'GET', '?limit=100')).split('\n')
  expect([status, tag]).to.deep.equal(['200', `"${model.revision}"`])
  const { messages, last_message_id } = JSON.parse(body.replaceAll(':X,', ':0,')) as {
    messages: { id: number; text: string }[]
    last_message_id: number
  }
  const expected = model.texts.map((text, n) => ({ id: n + 1, text })).filter(({ text }) => text !== null)
  expect(messages.map(({ id, text }) => ({ id, text })).toReversed()).to.deep.equal(expected)
  expect(last_message_id).to.equal(model.texts.length)
})
const restart = command('restart', async (_model, { memory, postgres }) => {
  await memory.restart()
  await postgres.restart()
})

const text = fc.constantFrom('a', 'b', 'c')
const number = fc.integer({ min: 1, max: 8 })
const commands = fc.commands(
  [
    fc.tuple(text, fc.option(fc.constantFrom('k1', 'k2', 'k3'), { nil: undefined })).map(([t, key]) => send(t, key)),
    fc.tuple(text, fc.option(fc.constantFrom('k1', 'k2', 'k3'), { nil: undefined })).map(([t, key]) => send(t, key)),
    fc.tuple(number, text, fc.option(number, { nil: undefined })).map(([n, t, tag]) => edit(n, t, tag)),
    number.map(remove),
    text.map(rename),
    fc
      .constantFrom(
        '',
        'limit=2',
        'limit=2&before=4',
        'limit=2&after=1',
        'after=1&before=5&order=asc',
        'limit=1&after=0',
      )
      .map(page),
    fc.constant(read),
    fc.constant(restart),
  ],
  { maxCommands: 30 },
)

describe('Whatever happens to a chat', () => {
  const hold = releasing()

  it('memory and PostgreSQL tell the same history, and the one that was to be expected', async function () {
    this.timeout(180_000)
    const url = urlOf(await aDatabase())
    const property = fc.asyncProperty(commands, async (sequence) => {
      let ticks = 0
      const clock = { now: () => new Date(NOON.getTime() + ticks) }
      const inMemory = memoryStorage()
      const world: World = {
        memory: await aSide(hold, async () => inMemory, clock),
        postgres: await aSide(hold, () => openStorage(aConfig({ DATABASE_URL: url }), () => {}), clock),
        tick: () => void (ticks += 7),
      }
      const model: Model = { texts: [], keys: new Map(), title: 'model', revision: 0 }
      try {
        await fc.asyncModelRun(() => ({ model, real: world }), sequence)
        await read.run(model, world)
      } finally {
        await Promise.all([world.memory.stop(), world.postgres.stop()])
      }
    })
    await fc.assert(property, { numRuns: 20 })
  })
})
