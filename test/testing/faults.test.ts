import { expect } from 'chai'
import { operations } from '../../src/client/index.ts'
import { createMessenger, type Fault, type TestMessenger } from '../../src/testing/index.ts'
import { record } from '../recorder.ts'
import { until } from '../until.ts'
import { rejection } from '../client/rejection.ts'

describe('What a test lets go wrong', () => {
  let messenger: TestMessenger

  beforeEach(async () => {
    messenger = createMessenger()
    await post('/chats/', { title: 'Release party' })
  })
  afterEach(() => messenger.close())

  const post = (target: string, value: unknown, init: RequestInit = {}) =>
    messenger.fetch(target, {
      method: 'POST',
      body: JSON.stringify(value),
      headers: { 'content-type': 'application/json' },
      ...init,
    })
  const exchanged = async (response: Response) => ({
    status: response.status,
    headers: response.headers,
    body: await response.text(),
  })
  const sent = async () => (await messenger.messages(1)).length
  const send = (init?: RequestInit) => post('/chats/1/messages/', { text: 'hello' }, init)

  it('unavailable: one request is answered 503 as documented, and nothing is done', async () => {
    messenger.fail('unavailable')
    const { status, headers, ...answer } = await exchanged(await send())
    record({ method: 'POST', target: '/chats/1/messages/', status, headers, ...answer })
    expect([status, headers.get('retry-after')]).to.deep.equal([503, '1'])
    expect([await sent(), (await send()).status]).to.deep.equal([0, 201])
  })

  it('rate-limited: one request is answered 429 as documented, and nothing is done', async () => {
    messenger.fail('rate-limited')
    const { status, headers, ...answer } = await exchanged(await send())
    record({ method: 'POST', target: '/chats/1/messages/', status, headers, ...answer })
    const fields = ['retry-after', 'ratelimit', 'ratelimit-policy'].map((name) => headers.get(name))
    expect([status, ...fields]).to.deep.equal([429, '1', '"writes";r=0;t=1', '"writes";q=20;w=1'])
    expect([await sent(), (await send()).status]).to.deep.equal([0, 201])
  })

  it('rate-limited: of a stream, it says how many may be open', async () => {
    for (const [target, operation] of [
      ['/chats/1/events', 'followChat'],
      ['/events?chat_id=1', 'followChats'],
      ['/users/bob/inbox/events', 'followInbox'],
    ] as const) {
      messenger.fail('rate-limited', operation)
      const { status, headers, ...answer } = await exchanged(await messenger.fetch(target))
      record({ method: 'GET', target, status, headers, ...answer })
      const fields = ['retry-after', 'ratelimit', 'ratelimit-policy'].map((name) => headers.get(name))
      expect([status, ...fields]).to.deep.equal([429, '1', '"streams";r=0', '"streams";q=20;qu="concurrent-requests"'])
    }
  })

  it('internal-error: one request is answered 500 as documented, and nothing is done', async () => {
    messenger.fail('internal-error')
    const { status, headers, ...answer } = await exchanged(await send())
    record({ method: 'POST', target: '/chats/1/messages/', status, headers, ...answer })
    expect(JSON.parse(answer.body)).to.include({ type: '/problems/internal-error', status: 500 })
    expect([status, headers.get('retry-after')]).to.deep.equal([500, null])
    expect([await sent(), (await send()).status]).to.deep.equal([0, 201])
  })

  it('slow: it is done and answered later, and others meanwhile', async () => {
    messenger.fail({ slow: 300 }, 'sendMessage')
    const start = performance.now()
    const slow = send()
    expect((await send()).status).to.equal(201)
    expect(await sent()).to.equal(1)
    expect((await slow).status).to.equal(201)
    expect([await sent(), performance.now() - start >= 299]).to.deep.equal([2, true])
  })

  it('slow: what the caller gives up before is not done, and keeps nothing alive', async () => {
    messenger.fail({ slow: 60_000 })
    expect(await rejection(send({ signal: AbortSignal.timeout(20) }))).to.include({ name: 'TimeoutError' })
    expect([await sent(), (await send()).status]).to.deep.equal([0, 201])

    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
    const before = timers()
    messenger.fail({ slow: 60_000 })
    const waiting = rejection(send())
    await until(() => timers() > before)
    messenger.reset()
    expect(await waiting).to.be.instanceOf(TypeError)
    await until(() => timers() <= before)
  })

  it('timeout: nothing is answered until the caller gives up, and nothing is done', async () => {
    messenger.fail('timeout')
    expect(await rejection(send({ signal: AbortSignal.timeout(20) }))).to.include({ name: 'TimeoutError' })
    expect([await sent(), (await send()).status]).to.deep.equal([0, 201])
  })

  it('lost-answer: it is done, and the connection cut before the answer', async () => {
    messenger.fail('lost-answer')
    expect(await rejection(send())).to.be.instanceOf(TypeError)
    expect([await sent(), (await send()).status]).to.deep.equal([1, 201])
  })

  it('happens at a port as in process', async () => {
    const url = await messenger.listen()
    for (const fault of ['lost-answer', 'timeout'] satisfies Fault[]) {
      messenger.fail(fault)
      await rejection(fetch(`${url}/chats/`, { signal: AbortSignal.timeout(200) }))
    }
    const refusals = { unavailable: 503, 'rate-limited': 429, 'internal-error': 500 } as const
    for (const [fault, status] of Object.entries(refusals)) {
      messenger.fail(fault as Fault)
      expect((await fetch(`${url}/chats/`)).status).to.equal(status)
    }
    messenger.fail({ slow: 5 })
    expect((await fetch(`${url}/chats/`)).status).to.equal(200)
  })

  it('happens to the requests that are meant, as often as it was asked for', async () => {
    messenger.fail('unavailable', 'sendMessage')
    messenger.fail('unavailable', 'sendMessage')
    messenger.fail('unavailable', { method: 'get', path: /^\/chats\/\d+$/ })
    messenger.fail('unavailable', { path: '/chats/' })
    const statuses = []
    for (const request of [
      () => messenger.fetch('/chats/1/messages/'),
      send,
      () => messenger.fetch('/chats/1?limit=1'),
      send,
      send,
      () => messenger.fetch('/chats/?limit=1'),
      () => messenger.fetch('/chats/?limit=1'),
    ])
      statuses.push((await request()).status)
    expect(statuses).to.deep.equal([200, 503, 503, 503, 201, 503, 200])
  })

  it('is looked for from the start of each path, whatever flags the pattern has', async () => {
    const path = /chats/g
    for (let times = 0; times < 2; times++) messenger.fail('unavailable', { path })
    expect([(await messenger.fetch('/chats/')).status, (await messenger.fetch('/chats/')).status]).to.deep.equal([
      503, 503,
    ])
  })

  it('can be named by every operation, and by nothing else', () => {
    for (const id of Object.keys(operations) as (keyof typeof operations)[]) messenger.fail('unavailable', id)
    expect(() => messenger.fail('unavailable', 'sendMesage' as 'sendMessage')).to.throw(
      /sendMesage is none of listChats/,
    )
  })

  it('is a fault that is known, and of a time that a test has', () => {
    expect(() => messenger.fail('slow' as 'timeout')).to.throw(
      'slow is none of unavailable, rate-limited, internal-error, timeout, lost-answer, { slow: … }',
    )
    for (const slow of [0, -1, 0.5, NaN, Infinity, 60_001, '5' as unknown as number])
      expect(() => messenger.fail({ slow })).to.throw(RangeError, `from 1 to 60000, and ${slow} is none`)
  })

  it('cuts the streams and leaves everything else', async () => {
    messenger.fail('timeout', 'listChats')
    const controller = new AbortController()
    const waiting = rejection(messenger.fetch('/chats/', { signal: controller.signal }))
    const stream = await messenger.fetch('/chats/1/events')
    messenger.cutStreams()
    expect(await rejection(stream.text())).to.be.instanceOf(TypeError)
    expect((await send()).status).to.equal(201)
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await waiting).to.equal(reason)
  })
})
