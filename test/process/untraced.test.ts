import { expect } from 'chai'
import { aChatOn, type Client } from '../client.ts'
import { aFreePort } from '../free-port.ts'
import { goal } from '../goal.ts'
import { aDatabase, urlOf } from '../postgres.ts'
import { releasing } from '../releasing.ts'
import { until } from '../until.ts'
import { aCollector } from '../collector.ts'
import { cleanUp, onlyOnLinux, type ServerProcess, start } from './server-process.ts'

/** Lets the process find none of the SDK's packages; of the API, which does nothing by itself, prom-client knows. */
const WITHOUT_SDK = `--import data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module'
  registerHooks({
    resolve: (name, context, next) => {
      if (/^@opentelemetry\\/(?!api$)/.test(name)) throw new Error('there is no ' + name)
      return next(name, context)
    },
  })`)}`

/** Spans that are exported at once, however short the time since the last export. */
const BATCH = 512

const complaints = ({ logs }: ServerProcess) => logs.filter(({ msg }) => /^traces /.test(msg)).map(({ msg }) => msg)

/** So many requests that a batch of spans is full. */
const askOften = async (client: Client) => {
  for (let asked = 0; asked < BATCH; asked += 32) {
    const answers = await Promise.all(Array.from({ length: 32 }, () => client.get('/chats/')))
    expect(answers.filter(({ status }) => status !== 200)).to.deep.equal([])
  }
}

/** Milliseconds that the service takes to stop. */
const stopped = async (server: ServerProcess) => {
  const since = performance.now()
  server.kill('SIGTERM')
  expect(await server.exit).to.deep.equal({ code: 0, signal: null, stderr: '' })
  return performance.now() - since
}

onlyOnLinux('Without a collector', function () {
  this.timeout(60_000)
  const hold = releasing()
  afterEach(cleanUp)

  it('nothing of OpenTelemetry is loaded while no variable says where traces go', async () => {
    const settings = { STORAGE: 'memory', NODE_OPTIONS: WITHOUT_SDK }
    const server = start({ ...settings, OTEL_SERVICE_NAME: 'messenger', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' })
    await aChatOn(await server.listening())
    await stopped(server)
    expect(server.logs.filter((line) => 'trace_id' in line)).to.deep.equal([])

    const disabled = start({
      ...settings,
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
      OTEL_SDK_DISABLED: 'true',
    })
    await disabled.listening()
    await stopped(disabled)

    const asked = start({ ...settings, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' })
    expect((await asked.exit).code, 'with one it is').to.equal(1)
  })

  it('one that is down is complained of, and costs neither a request nor a stop', async () => {
    const server = start({
      DATABASE_URL: urlOf(await aDatabase()),
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${await aFreePort()}`,
      OTEL_EXPORTER_OTLP_TIMEOUT: '200',
    })
    await askOften(await server.listening())
    await until(() => complaints(server).length > 0)
    expect(complaints(server)).to.have.length(1)
    expect(complaints(server)[0]).to.match(/^traces cannot be exported, and are lost: connect ECONNREFUSED/)
    expect(await stopped(server)).to.be.below(goal(1_000))
  })

  it('one that refuses is complained of once, until it takes what comes', async () => {
    const collector = hold(await aCollector('refuses'), ({ close }) => close())
    const server = start({ STORAGE: 'memory', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
    const client = await server.listening()
    while (collector.received.length < 3) await askOften(client)
    collector.become('answers')
    while (complaints(server).length < 2) await askOften(client)
    await stopped(server)
    expect(complaints(server)).to.deep.equal([
      'traces cannot be exported, and are lost: the collector answered 400',
      'traces are exported again',
    ])
  })

  it('one that hangs costs neither a request nor a stop', async () => {
    const collector = hold(await aCollector('hangs'), ({ close }) => close())
    const server = start({ STORAGE: 'memory', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
    const client = await server.listening()
    for (let batch = 0; batch < 2; batch++) await askOften(client)
    await until(() => collector.received.length > 0)
    // Its exporter would wait for ten seconds.
    expect(await stopped(server)).to.be.below(5_000)
  })

  it('each worker exports by itself', async () => {
    const collector = hold(await aCollector(), ({ close }) => close())
    const server = start({
      DATABASE_URL: urlOf(await aDatabase()),
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      WORKERS: '2',
    })
    const client = await server.listening()
    await Promise.all(Array.from({ length: 40 }, () => client.get('/chats/')))
    await stopped(server)
    const processes = new Set(collector.spans().map(({ resource }) => resource['process.pid']))
    expect(processes).to.have.property('size', 2)
    expect(collector.spans().filter(({ name }) => name === 'GET /chats/')).to.have.length(40)
  })
})
