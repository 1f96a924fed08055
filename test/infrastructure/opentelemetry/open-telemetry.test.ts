import { expect } from 'chai'
import { openTelemetry } from '../../../src/infrastructure/opentelemetry/open-telemetry.ts'
import { type SamplerName, SAMPLERS } from '../../../src/infrastructure/opentelemetry/sampler-names.ts'
import { aCollector } from '../../collector.ts'
import { releasing } from '../../releasing.ts'

const TRACE = '0af7651916cd43dd8448eb211c80319c'
const SENDER = 'b7ad6b7169203331'
const ASKED = { traceparent: `00-${TRACE}-${SENDER}-01` }
const ASKED_NOT_TO = { traceparent: `00-${TRACE}-${SENDER}-00` }

/** Who is traced: whoever says nothing, asks for it, asks not to. */
type Traced = readonly [unasked: boolean, asked: boolean, askedNotTo: boolean]

const NOBODY: Traced = [false, false, false]
const EVERYBODY: Traced = [true, true, true]

const expected: Readonly<Record<SamplerName, readonly [atNone: Traced, atAll: Traced]>> = {
  always_on: [EVERYBODY, EVERYBODY],
  always_off: [NOBODY, NOBODY],
  traceidratio: [NOBODY, EVERYBODY],
  parentbased_always_on: [
    [true, true, false],
    [true, true, false],
  ],
  parentbased_always_off: [
    [false, true, false],
    [false, true, false],
  ],
  parentbased_traceidratio: [
    [false, true, false],
    [true, true, false],
  ],
}

const SILENT = { warn: () => {}, info: () => {} }
const ANSWERED = { route: '/chats/', status: 200, isCut: false }

describe('Traces of OpenTelemetry', () => {
  const hold = releasing()

  const aTelemetry = async (sampler: SamplerName, ratio: number) => {
    const collector = hold(await aCollector(), ({ close }) => close())
    return { collector, telemetry: openTelemetry({ url: collector.url, sampler, ratio }, SILENT) }
  }

  for (const sampler of SAMPLERS)
    it(`are sampled by ${sampler}: it is what OpenTelemetry means by it`, async () => {
      for (const [ratio, traced] of expected[sampler].entries()) {
        const { collector, telemetry } = await aTelemetry(sampler, ratio)
        for (const headers of [{}, ASKED, ASKED_NOT_TO]) telemetry.requests.begin('GET', headers).end(ANSWERED)
        await telemetry.close(1000)
        expect(collector.spans(), `at ${ratio}`).to.have.length(traced.filter(Boolean).length)
        const ours = collector.spans().filter(({ traceId }) => traceId !== TRACE)
        expect(ours, `unasked at ${ratio}`).to.have.length(traced[0] ? 1 : 0)
      }
    })

  it('wait for no collector that has just failed when it is closed', async () => {
    const { collector, telemetry } = await aTelemetry('always_on', 1)
    const askAndClose = async () => {
      telemetry.requests.begin('GET', {}).end(ANSWERED)
      await telemetry.close(60_000)
    }
    collector.become('refuses')
    await askAndClose()
    expect(collector.received).to.have.length(1)
    collector.become('hangs')
    await askAndClose()
    expect(collector.received).to.have.length(1)
  })

  it('take along a statement of several who asked when some of them are traced, whom alone it links to', async () => {
    const { collector, telemetry } = await aTelemetry('parentbased_traceidratio', 0)
    const { requests, statements } = telemetry
    const asking = [ASKED, ASKED, ASKED_NOT_TO, {}].map((headers) => {
      const request = requests.begin('POST', headers)
      let asker: unknown
      request.during(() => (asker = statements.asker()))
      return { request, asker }
    })
    await statements.together(
      asking.map(({ asker }) => asker),
      () => statements.run('group-of-sends', async () => {}),
    )
    for (const { request } of asking) request.end(ANSWERED)
    await telemetry.close(1000)
    const spans = collector.spans()
    const statement = spans.find(({ name }) => name === 'group-of-sends')
    expect(spans).to.have.length(3)
    expect(statement?.links).to.have.members(spans.filter((span) => span !== statement).map(({ spanId }) => spanId))
  })

  it('tell of a statement that failed its SQLSTATE, and not what PostgreSQL said', async () => {
    const { collector, telemetry } = await aTelemetry('always_on', 1)
    const request = telemetry.requests.begin('POST', {})
    const refused = Object.assign(new Error('duplicate key (user_id)=(somebody)'), { code: '23505' })
    let failing: Promise<unknown> = Promise.resolve()
    request.during(() => {
      failing = telemetry.statements.run('one-send', () => Promise.reject(refused))
    })
    expect(await failing.catch((error: unknown) => error)).to.equal(refused)
    request.end({ ...ANSWERED, status: 503 })
    await telemetry.close(1000)
    const [statement, asked] = collector.spans()
    expect(statement).to.deep.include({ name: 'one-send', isError: true, parentSpanId: asked?.spanId })
    expect(statement?.attributes).to.deep.equal({
      'db.system.name': 'postgresql',
      'db.query.summary': 'one-send',
      'db.response.status_code': '23505',
      'error.type': '23505',
    })
    expect(asked).to.deep.include({ name: 'POST /chats/', isError: true })
    expect(asked?.attributes).to.include({ 'error.type': '503' })
    expect(collector.received.map(({ body }) => body).join('')).not.to.include('somebody')
  })
})
