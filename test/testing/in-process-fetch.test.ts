import { expect } from 'chai'
import { createMessenger, type TestMessenger } from '../../src/testing/index.ts'
import { releasing } from '../releasing.ts'
import { until } from '../until.ts'
import { rejection } from '../client/rejection.ts'

const json = (value: unknown): RequestInit => ({
  method: 'POST',
  body: JSON.stringify(value),
  headers: { 'content-type': 'application/json', 'x-request-id': 'request-0001' },
})

/** Requests in the order sent: those with a body, without, that cannot be read, and that are answered without a body. */
const requests: readonly (readonly [target: string, init?: RequestInit])[] = [
  ['/chats/', json({ title: 'Release party' })],
  ['/chats/1/messages/', json({ text: 'héllo 😀' })],
  ['/chats/1/messages/', { ...json({ text: 'x' }), body: new Blob(['{"text":"blob"}']) }],
  ['/chats/1/messages/', { method: 'POST', body: '{"text":"x"}' }],
  ['/chats/1/messages/', { method: 'POST', body: new URLSearchParams({ text: 'x' }) }],
  ['/chats/1/messages/', { ...json({}), body: '{"text":' }],
  ['/chats/1/messages/', { ...json({}), body: new Uint8Array([0xff]) }],
  ['/chats/1/messages/', { ...json({}), body: '' }],
  ['/chats/1/messages/?limit=1&order=asc#fragment'],
  ['/chats/1/messages/', { method: 'HEAD' }],
  ['/chats/1/messages/1', { headers: { 'if-none-match': '"1"' } }],
  ['/chats/1/messages/1', { headers: { accept: 'image/png' } }],
  ['/chats/%zz'],
  ['/chats/1', { method: 'OPTIONS' }],
  ['/chats/1', { method: 'PUT', body: 'x' }],
  ['/chats/1/messages/', { headers: { 'x-large': 'x'.repeat(20_000) } }],
  ['/chats/1', { method: 'DELETE' }],
  ['/openapi.yaml'],
]

/** Of one connection or one moment, or a random one. */
const OF_THE_MOMENT = new Set(['date', 'connection', 'keep-alive', 'x-request-id'])

describe('fetch in process', () => {
  let messenger: TestMessenger
  before(() => {
    messenger = createMessenger()
  })
  after(() => messenger.close())
  const hold = releasing()

  it('is answered as fetch over a network is, byte for byte', async () => {
    const inProcess = hold(createMessenger(), ({ close }) => close())
    const networked = hold(createMessenger(), ({ close }) => close())
    const url = await networked.listen()
    const shown = async (response: Response) => ({
      status: response.status,
      statusText: response.statusText,
      headers: [...response.headers].filter(([name]) => !OF_THE_MOMENT.has(name)),
      body: (await response.text()).replaceAll(/urn:request:[\w-]{36}/g, 'urn:request:random'),
    })
    for (const [target, init] of requests)
      expect(await shown(await inProcess.fetch(target, init)), target).to.deep.equal(
        await shown(await fetch(url + target, init)),
      )
  })

  it('takes what fetch takes: a path, a URL with any host, a Request', async () => {
    const targets = ['/livez', 'http://anywhere.test:81/livez', new URL('https://anywhere.test/livez')]
    for (const target of [...targets, new Request('http://anywhere.test/livez')]) {
      const response = await messenger.fetch(target)
      expect([response.status, await response.json()]).to.deep.equal([200, { status: 'ok' }])
      expect(response.url).to.match(/^https?:.*\/livez$/)
    }
  })

  it('gives an event stream piece by piece, and lets go of it when the reader does', async () => {
    await messenger.fetch('/chats/', json({ title: 'Release party' }))
    const stream = await messenger.fetch('/chats/1/events?after=0')
    const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
    expect((await reader.read()).value).to.equal('retry: 1000\nid: 0\nevent: begin\ndata: {}\n\n')
    await messenger.fetch('/chats/1/messages/', json({ text: 'hello' }))
    expect((await reader.read()).value).to.match(/^id: 1\nevent: message\ndata: \{"id":1/)
    expect(await openStreams()).to.equal(1)
    await reader.cancel()
    await until(async () => (await openStreams()) === 0)
  })

  const openStreams = async () =>
    Number(/^event_streams_open (\d+)/m.exec(await (await messenger.fetch('/metrics')).text())?.[1])

  it('gives a long answer whole to a reader that comes late', async () => {
    const text = 'x'.repeat(5000)
    const { id } = (await (await messenger.fetch('/chats/', json({ title: 'Long' }))).json()) as { id: number }
    for (let n = 0; n < 100; n++) await messenger.fetch(`/chats/${id}/messages/`, json({ text }))
    const page = await messenger.fetch(`/chats/${id}/messages/?limit=100`)
    await new Promise((resolve) => setTimeout(resolve, 20))
    expect(((await page.json()) as unknown[]).length).to.equal(100)
  })

  it('is given up with the reason of its signal: before, during and after the head', async () => {
    const reason = new Error('enough')
    expect(await rejection(messenger.fetch('/livez', { signal: AbortSignal.abort(reason) }))).to.equal(reason)

    messenger.fail('timeout')
    const waiting = new AbortController()
    const answer = messenger.fetch('/livez', { signal: waiting.signal })
    setTimeout(() => waiting.abort(reason), 5)
    expect(await rejection(answer)).to.equal(reason)

    const reading = new AbortController()
    const stream = await messenger.fetch('/chats/1/events', { signal: reading.signal })
    setTimeout(() => reading.abort(reason), 5)
    expect(await rejection(stream.text())).to.equal(reason)
    await until(async () => (await openStreams()) === 0)
  })
})
