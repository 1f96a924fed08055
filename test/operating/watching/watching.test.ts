import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { parse } from 'yaml'
import { bearer } from '../../callers.ts'
import { type Client, clientOf } from '../../client.ts'
import { asUser, GUARDED } from '../../credentials.ts'
import { aDatabase, urlOf } from '../../postgres.ts'
import { cleanUp, onlyOnLinux, root, start } from '../../process/server-process.ts'
import { releasing } from '../../releasing.ts'
import { follow } from '../../stream.ts'
import { until } from '../../until.ts'
import { recipesOf } from '../recipes.ts'
import { type Prometheus, prometheusPrograms, promtool, startPrometheus } from './prometheus.ts'
import { alerts, asAsked, deployed, inKubernetes, metricsIn, panels, tableOf } from './watched.ts'

const run = promisify(execFile)

interface AlertTests {
  readonly tests: readonly {
    readonly promql_expr_test: readonly { readonly exp_samples: readonly { readonly labels: string }[] }[]
  }[]
}

onlyOnLinux('What is watched of a service', function () {
  this.timeout(60_000)
  const hold = releasing(after)
  let folder: string
  let key: string
  let client: Client
  let exposed: string
  let programs: Awaited<ReturnType<typeof prometheusPrograms>>

  /** Something of everything: sends, reads, streams, refusals. */
  const use = async () => {
    const chat = `/chats/${(await client.post<{ readonly id: number }>('/chats/', { title: 'x' }, asUser('ada'))).json.id}`
    for (const target of [`${chat}/events`, '/users/ada/inbox/events']) {
      const stream = hold(await follow(client.url, target, asUser('ada')), ({ cut }) => cut())
      await client.post(`${chat}/messages/`, { text: 'x' }, asUser('ada'))
      await stream.received(1)
    }
    await client.get(`${chat}/messages/1`, asUser('ada'))
    expect((await client.get('/chats/')).status).to.equal(401)
  }

  before(async () => {
    folder = hold(mkdtempSync(join(tmpdir(), 'messenger-watching-')), (it) => rmSync(it, { recursive: true }))
    cpSync(join(deployed, 'prometheus'), folder, { recursive: true })
    const database = { DATABASE_URL: urlOf(await aDatabase()) }
    const server = start({ ...database, ...GUARDED, WORKERS: '2' })
    // Beside the service, which is where it is run.
    const [recipe] = recipesOf('What to watch')
    const command = (recipe?.text ?? '').replace('npm', `npm --prefix '${root}'`)
    const [{ url }] = await Promise.all([
      server.listening(),
      run('sh', ['-ec', command], { cwd: folder, env: { PATH: process.env['PATH'], ...database } }),
    ])
    key = readFileSync(join(folder, 'messenger-key'), 'utf8').trim()
    client = clientOf(url)
    await use()
    exposed = (await client.get('/metrics', bearer(key))).text
    programs = await prometheusPrograms()
  })
  after(cleanUp)

  /** Of ours, each with its kind: what every service on Node has is named by the library that counts it. */
  const shown = () =>
    Array.from(exposed.matchAll(/^# TYPE (\w+) (\w+)$/gm), ([, name = '', kind = '']) => `${name} ${kind}`).filter(
      (metric) => !/^(process|nodejs)_/.test(metric),
    )

  it('is named in the handbook, all of it, and nothing else is', () => {
    expect(tableOf('Every metric')).to.have.members(shown())
    const known = alerts.map(({ alert, labels }) => `${alert} ${labels.severity}`)
    expect(tableOf('The alerts, and what to do')).to.have.members(known)
  })

  it('is written as Prometheus asks for it', async function () {
    if (!programs) return this.skip()
    const ours = exposed.split('\n').filter((line) => !/^(# \w+ )?(process|nodejs)_/.test(line))
    expect(await promtool(programs, ['check', 'metrics'], folder, ours.join('\n'))).to.deep.equal([])
    const wrong = exposed.replaceAll('auth_refusals_total', 'auth_refusals')
    expect(await promtool(programs, ['check', 'metrics'], folder, wrong)).to.have.length(1)
  })

  it('has alerts that Prometheus takes, each of which fires in a test of its own', async function () {
    if (!programs) return this.skip()
    expect(await promtool(programs, ['check', 'rules', 'alerts.yaml'], folder)).to.deep.equal([])
    expect(await promtool(programs, ['test', 'rules', 'alerts.test.yaml'], folder)).to.deep.equal([])
    const { tests } = parse(readFileSync(join(folder, 'alerts.test.yaml'), 'utf8')) as AlertTests
    const fired = tests.flatMap(({ promql_expr_test }) =>
      promql_expr_test.flatMap(({ exp_samples }) =>
        exp_samples.map(({ labels }) => /alertname="(\w+)"/.exec(labels)?.[1]),
      ),
    )
    expect(fired).to.have.members(alerts.map(({ alert }) => alert))
    for (const { annotations, labels } of alerts) {
      expect(annotations.action.length).to.be.greaterThan(60)
      expect(labels.severity).to.be.oneOf(['critical', 'warning'])
    }
  })

  it('has a dashboard whose panels lie side by side', () => {
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, n) => `${x + (n % w)} ${y + Math.floor(n / w)}`),
    )
    expect(new Set(cells).size).to.equal(cells.length)
    for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).to.be.at.most(24)
  })

  describe('by a Prometheus that reads it', () => {
    let prometheus: Prometheus | undefined

    before(async () => {
      if (!programs) return
      const file = join(folder, 'prometheus.yaml')
      const text = readFileSync(file, 'utf8')
        .replace('/etc/prometheus/messenger-key', join(folder, 'messenger-key'))
        .replace('messenger:8000', client.url.replace('http://', ''))
        .replaceAll('15s', '250ms')
      writeFileSync(file, text)
      writeFileSync(join(folder, 'in-kubernetes.yaml'), inKubernetes(text))
      expect(await promtool(programs, ['check', 'config', 'in-kubernetes.yaml'], folder)).to.deep.equal([])
      expect(await promtool(programs, ['check', 'config', 'prometheus.yaml'], folder)).to.deep.equal([])
      prometheus = hold(await startPrometheus(programs, folder), ({ stop }) => stop())
      const { query } = prometheus
      await until(async () => Number((await query('count_over_time(service_ready[1m])'))[0]?.value[1]) >= 2)
      await use()
      const seen = Number((await query('scrape_samples_scraped'))[0]?.value[0])
      await until(async () => Number((await query(`timestamp(service_ready)`))[0]?.value[1]) > seen + 0.5)
    })

    it('shows something in every panel of the dashboard', async function () {
      if (!prometheus) return this.skip()
      const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => asAsked(expr)))
      expect(expressions.length).to.be.greaterThan(20)
      for (const expression of expressions)
        expect(await prometheus.query(expression), expression).to.have.length.greaterThan(0)
    })

    it('has every series that a panel or an alert names', async function () {
      if (!prometheus) return this.skip()
      const expressions = [...panels.flatMap(({ targets = [] }) => targets), ...alerts].map(({ expr }) => asAsked(expr))
      for (const expression of expressions) {
        const named = metricsIn(expression)
        expect(named, expression).to.have.length.greaterThan(0)
        for (const name of named) expect(await prometheus.query(name), name).to.have.length.greaterThan(0)
      }
      expect(await prometheus.query('event_streams_opened')).to.deep.equal([])
    })

    it('evaluates every alert, and fires none while all is well', async function () {
      if (!prometheus) return this.skip()
      const { rules, query } = prometheus
      await until(async () => (await rules()).every(({ health }) => health !== 'unknown'))
      const loaded = await rules()
      expect(loaded.map(({ name }) => name)).to.have.members(alerts.map(({ alert }) => alert))
      for (const { name, health } of loaded) expect(health, name).to.equal('ok')
      expect(await query('ALERTS')).to.deep.equal([])
    })
  })
})
