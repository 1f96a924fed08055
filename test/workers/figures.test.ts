import { expect } from 'chai'
import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { type Figures, figuresOf, gatheredFigures } from '../../src/workers/figures.ts'

/** Figures of a process, as they come over a channel. */
const figures = async (measure: (registry: Registry) => void): Promise<Figures> => {
  const registry = new Registry()
  measure(registry)
  return JSON.parse(JSON.stringify(await figuresOf(registry))) as Figures
}

const aWorkerWith = (requests: number, open: number) =>
  figures((registry) => {
    const registers = [registry]
    new Counter({ name: 'requests_total', help: 'Requests.', labelNames: ['route'], registers }).inc(
      { route: '/' },
      requests,
    )
    new Gauge({ name: 'streams_open', help: 'Streams.', registers }).set(open)
    const seconds = new Histogram({ name: 'seconds', help: 'Seconds.', buckets: [1, 2], registers })
    for (let n = 0; n < requests; n++) seconds.observe(1.5)
    new Gauge({
      name: 'nodejs_eventloop_lag_p99_seconds',
      help: 'Lag.',
      aggregator: 'average',
      registers,
    }).set(open)
    new Gauge({ name: 'lag', help: 'Lag.', aggregator: 'max', registers }).set(open)
    new Gauge({ name: 'process_start_time_seconds', help: 'Start.', aggregator: 'omit', registers }).set(9000 + open)
    new Gauge({ name: 'process_memory_bytes', help: 'Memory.', registers }).set(100)
  })

const aPrimary = () =>
  figures((registry) => {
    const registers = [registry]
    new Gauge({ name: 'process_start_time_seconds', help: 'Start.', aggregator: 'omit', registers }).set(8000)
    new Gauge({ name: 'process_memory_bytes', help: 'Memory.', registers }).set(50)
    new Gauge({ name: 'nodejs_lag', help: 'Lag.', registers }).set(1)
  })

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

describe('The figures of several workers', () => {
  it('are sums, where they do not say otherwise of themselves, with what the primary takes of the machine', async () => {
    const gathered = gatheredFigures()
    gathered.keep(1, await aWorkerWith(3, 2))
    gathered.keep(2, await aWorkerWith(4, 1))
    const lines = linesOf(await gathered.exposition(await aPrimary()))
    expect(lines).to.have.members([
      'process_start_time_seconds 8000',
      'process_memory_bytes 250',
      'requests_total{route="/"} 7',
      'streams_open 3',
      'seconds_bucket{le="1"} 0',
      'seconds_bucket{le="2"} 7',
      'seconds_bucket{le="+Inf"} 7',
      'seconds_sum 10.5',
      'seconds_count 7',
      'lag 2',
      'nodejs_eventloop_lag_p99_seconds 2',
    ])
  })

  it('keep what a worker that died has counted, however many die, and forget what it had', async () => {
    const gathered = gatheredFigures()
    gathered.keep(0, await aWorkerWith(1, 1))
    for (let worker = 1; worker <= 5; worker++) {
      gathered.keep(worker, await aWorkerWith(10, 4))
      gathered.bury(worker)
      const lines = linesOf(await gathered.exposition(await aPrimary()))
      expect(lines).to.include.members([
        `requests_total{route="/"} ${1 + worker * 10}`,
        `seconds_count ${1 + worker * 10}`,
        'streams_open 1',
        'process_memory_bytes 150',
      ])
    }
  })

  it('count a worker once that dies while they are gathered', async () => {
    const gathered = gatheredFigures()
    for (const worker of [1, 2, 3]) gathered.keep(worker, await aWorkerWith(worker, 1))
    gathered.bury(1)
    const before = gathered.exposition([])
    gathered.bury(2)
    const between = gathered.exposition([])
    gathered.bury(3)
    for (const text of await Promise.all([before, between, gathered.exposition([])]))
      expect(linesOf(text)).to.include('requests_total{route="/"} 6')
  })
})
