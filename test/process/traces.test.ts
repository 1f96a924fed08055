import { once } from 'node:events'
import { connect } from 'node:net'
import { expect } from 'chai'
import pg from 'pg'
import { type Client, type MessageBody } from '../client.ts'
import { asRoot, asUser, aTokenOf, GUARDED } from '../credentials.ts'
import { aDatabase, urlOf } from '../postgres.ts'
import { recipesOf } from '../operating/recipes.ts'
import { follow } from '../stream.ts'
import { until } from '../until.ts'
import { aCollector, type Collected, type Collector } from '../collector.ts'
import { cleanUp, type LogLine, onlyOnLinux, type ServerProcess, start } from './server-process.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SENDER = 'b7ad6b7169203331'
const traceparent = `00-${TRACE}-${SENDER}-01`

const SAID = 'a text that nobody else may read'
const ABOUT = 'metadata-of-the-application'
const WHO = 'user-that-nobody-may-be-told-of'
const CURSOR = 'cursor-of-somebody'
const KEY = 'key-0123456789-of-a-send'

/** The variables that docs/operating.md shows, exported to this collector. */
const asDocumented = ({ url }: Collector) => {
  const block = recipesOf('Traces').find(({ language }) => language === 'sh')?.text ?? ''
  const variables = Array.from(block.matchAll(/^export ([A-Z_]+)=(\S+)$/gm), ([, name = '', value = '']) => [
    name,
    value,
  ])
  return { ...Object.fromEntries(variables), OTEL_EXPORTER_OTLP_ENDPOINT: url } as Record<string, string>
}

const ofRequests = (spans: readonly Collected[]) =>
  spans.filter(({ attributes }) => attributes['http.request.method'] !== undefined)
const ofStatements = (spans: readonly Collected[]) =>
  spans.filter(({ attributes }) => attributes['db.system.name'] !== undefined)
const one = (spans: readonly Collected[], name: string): Collected => {
  const found = spans.filter((span) => span.name === name)
  expect(found, name).to.have.length(1)
  return found[0] as Collected
}

/** Sends half a request, and goes away. */
const sendHalf = async ({ url }: Client, target: string) => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  await once(socket, 'connect')
  const head = [`POST ${target} HTTP/1.1`, 'Host: localhost', 'Content-Type: application/json', 'Content-Length: 100']
  const credential = `Authorization: ${asRoot.authorization}`
  // Whoever has asked for a word before the body knows by it that the request was begun.
  socket.write([...head, credential, 'Expect: 100-continue', '', ''].join('\r\n'))
  await once(socket, 'data')
  socket.write('{"text":')
  socket.destroy()
  await once(socket, 'close')
}

const MANY = 40

/** Asks for many things at once while nobody gets at the messages, until the first of them waits: the others go together then. */
const piledUp = async <A>(place: pg.ClientConfig, ask: () => Promise<A>): Promise<readonly A[]> => {
  const keeper = new pg.Client(place)
  await keeper.connect()
  try {
    await keeper.query('begin; lock table messages')
    const asked = Promise.all(Array.from({ length: MANY }, ask))
    const waiting = `select from pg_locks where relation = 'messages'::regclass and not granted`
    await until(async () => (await keeper.query(waiting)).rowCount !== 0)
    await keeper.query('rollback')
    return await asked
  } finally {
    await keeper.end()
  }
}

onlyOnLinux('Traces', function () {
  this.timeout(60_000)
  let collector: Collector
  let server: ServerProcess
  let client: Client
  let spans: readonly Collected[]
  let log: readonly (LogLine & { readonly trace_id?: string; readonly route?: string })[]
  let openedStream: { readonly sentAt: bigint }

  const beneath = ({ spanId }: Collected) => spans.filter(({ parentSpanId }) => parentSpanId === spanId)

  before(async () => {
    collector = await aCollector()
    const place = await aDatabase()
    server = start({
      ...asDocumented(collector),
      ...GUARDED,
      DATABASE_URL: urlOf(place),
      OTEL_EXPORTER_OTLP_HEADERS: 'x-tenant=blue',
    })
    client = await server.listening()
    const author = asUser(WHO)

    const opened = await client.post<{ readonly id: number }>('/chats/', { title: SAID }, { ...author, traceparent })
    const chat = `/chats/${opened.json.id}`
    const sent = await client.post<MessageBody>(
      `${chat}/messages/`,
      { text: SAID, metadata: { about: ABOUT } },
      { ...author, 'idempotency-key': KEY },
    )
    expect((await client.get(`${chat}/messages/${sent.json.id}`, author)).status).to.equal(200)
    expect((await client.get(`${chat}/members/${WHO}?${CURSOR}=1`, asRoot)).status).to.be.oneOf([200, 422])
    expect((await client.get(`/nowhere/${WHO}`, author)).status).to.equal(404)
    expect((await client.get('/readyz')).status).to.equal(200)

    await sendHalf(client, `${chat}/messages/`)

    const unsampled = traceparent.replace(/01$/, '00')
    expect((await client.get('/chats/', { ...author, traceparent: unsampled })).status).to.equal(200)
    const gone = await client.post<{ readonly id: number }>('/chats/', { title: SAID }, asRoot)
    expect((await client.delete(`/chats/${gone.json.id}`, asRoot)).status).to.equal(204)

    const stream = await follow(client.url, `${chat}/events?access_token=${aTokenOf(WHO)}`)
    openedStream = { sentAt: BigInt(Date.now()) * 1_000_000n }
    const together = await piledUp(place, () => client.post(`${chat}/messages/`, { text: SAID }, author))
    expect(together.filter(({ status }) => status !== 201)).to.deep.equal([])
    await stream.received(40)
    const read = await piledUp(place, () => client.get(`${chat}/messages/?limit=5`, author))
    expect(read.filter(({ status }) => status !== 200)).to.deep.equal([])

    server.kill('SIGTERM')
    expect(await server.exit).to.deep.equal({ code: 0, signal: null, stderr: '' })
    spans = collector.spans()
    log = server.logs
  })
  after(cleanUp)
  after(() => collector.close())

  it('are exported before the service ends, with what the standard variables say', () => {
    expect(spans.length).to.be.above(40)
    for (const { resource } of spans)
      expect(resource).to.include({ 'service.name': 'messenger', 'deployment.environment.name': 'production' })
    for (const { path, headers } of collector.received) {
      expect(path).to.equal('/v1/traces')
      expect(headers['x-tenant']).to.equal('blue')
    }
  })

  it('go on where whoever asks began them', () => {
    const opening = one(
      spans.filter(({ traceId }) => traceId === TRACE),
      'POST /chats/',
    )
    expect(opening).to.include({ traceId: TRACE, parentSpanId: SENDER, isError: false })
    expect(opening.attributes).to.deep.equal({
      'http.request.method': 'POST',
      'url.scheme': 'http',
      'http.route': '/chats/',
      'http.response.status_code': 201,
    })
    expect(one(spans, 'GET').attributes).to.deep.equal({
      'http.request.method': 'GET',
      'url.scheme': 'http',
      'http.response.status_code': 404,
    })
  })

  it('show beneath a request the statements that it waited for', () => {
    const [opening, ...more] = beneath(spans.find(({ parentSpanId }) => parentSpanId === SENDER) as Collected)
    expect(more).to.deep.equal([])
    expect(opening).to.include({ name: 'open-chats', traceId: TRACE })
    expect(opening?.attributes).to.deep.equal({ 'db.system.name': 'postgresql', 'db.query.summary': 'open-chats' })
    expect(beneath(one(spans, 'GET /chats/{chat_id}/messages/{message_id}')).map(({ name }) => name)).to.deep.equal([
      'messages-viewed',
    ])
    expect(beneath(one(spans, 'DELETE /chats/{chat_id}')).map(({ name }) => name)).to.include.members([
      'begin',
      'chat-locked',
      'delete-chat',
      'commit',
    ])
  })

  it('link the one statement of many sends to each of them, and each of them to it', () => {
    const sends = ofRequests(spans).filter(({ name }) => name === 'POST /chats/{chat_id}/messages/')
    expect(sends).to.have.length(42)
    const shared = ofStatements(spans).filter(({ links }) => links.length > 0)
    expect(shared.map(({ name }) => name)).to.include('group-of-member-sends')
    for (const statement of shared) {
      expect(statement.links.length).to.be.above(1)
      expect(statement.parentSpanId ?? '', 'it is a trace by itself').to.equal('')
      for (const id of statement.links)
        expect(spans.find(({ spanId }) => spanId === id)?.links).to.include(statement.spanId)
    }
    for (const send of sends.filter(({ attributes }) => attributes['http.response.status_code'] === 201))
      expect([...beneath(send), ...send.links], 'how it was written').not.to.be.empty
  })

  it('do so for pages that are read together', () => {
    const reads = ofRequests(spans).filter(({ name }) => name === 'GET /chats/{chat_id}/messages/')
    expect(reads).to.have.length(40)
    expect(reads.filter(({ links }) => links.length > 0)).not.to.be.empty
    for (const read of reads) expect([...beneath(read), ...read.links], 'how it was read').not.to.be.empty
  })

  it('end with the opening of a stream, and say nothing of what is read for it later', () => {
    const stream = one(spans, 'GET /chats/{chat_id}/events')
    expect(Number(stream.ended - openedStream.sentAt)).to.be.below(0)
    for (const { began } of beneath(stream)) expect(Number(began - openedStream.sentAt)).to.be.below(0)
    expect(
      spans.filter(({ name }) => ['since', 'notify'].includes(name)),
      'what followers are told',
    ).to.deep.equal([])
    const requests = new Set(ofRequests(spans).map(({ spanId }) => spanId))
    for (const { parentSpanId = '', links } of ofStatements(spans))
      expect(requests.has(parentSpanId) || links.length > 1, 'somebody waited for it').to.equal(true)
  })

  it('leave out who asks not to be traced, statements and all', () => {
    expect(spans.filter(({ name }) => name === 'GET /chats/' || name.startsWith('chats-viewed'))).to.deep.equal([])
  })

  it('tell who went away before there was an answer', () => {
    const cut = ofRequests(spans).filter(({ attributes }) => attributes['error.type'] === 'client_gone')
    expect(cut.map(({ name }) => name)).to.deep.equal(['POST /chats/{chat_id}/messages/'])
    expect(cut[0]?.attributes).not.to.include.keys('http.response.status_code')
  })

  it('say nothing of probes', () => {
    expect(spans.filter(({ name }) => /readyz/.test(name) || name === 'read-only')).to.deep.equal([])
  })

  it('never hold what was said, who said it, or with what', () => {
    const exported = collector.received.map(({ body }) => body).join('\n')
    for (const secret of [SAID, ABOUT, WHO, CURSOR, KEY, 'access_token', 'eyJ', ...Object.values(GUARDED)])
      expect(exported.includes(secret), secret).to.equal(false)
  })

  it('are named in the log line of each request', () => {
    const traced = log.filter(({ route, msg }) => msg === 'request' && route !== undefined && route !== '/readyz')
    expect(traced.length).to.be.above(40)
    const ids = new Set(ofRequests(spans).map(({ traceId }) => traceId))
    for (const { trace_id: id = '' } of traced) expect(ids.has(id), id).to.equal(true)
    expect(traced.find(({ route }) => route === '/chats/')?.trace_id).to.equal(TRACE)
  })
})
