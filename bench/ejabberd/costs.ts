import type { Server } from '../child.ts'
import { type Contender, median } from '../measurement.ts'
import { takenBy } from '../processor-time.ts'
import type { SharedPostgres } from './postgres.ts'

export interface Costed extends Contender {
  /** Of its turns: microseconds of CPU an exchange, and what part of a processor the clients took. */
  readonly costs: {
    readonly server: number
    readonly postgres: number
    readonly clients: number
    readonly busy: number
  }[]
}

export interface Takers {
  readonly server: Server
  readonly clients: { readonly pid: number }
  readonly postgres: Pick<SharedPostgres, 'processes'>
}

/** The contender, each of its turns with what it took of the processors. */
export const costing = (contender: Contender, { server, clients, postgres }: Takers): Costed => {
  const costs: Costed['costs'] = []
  const taken = () => ({
    server: takenBy(server.pid),
    postgres: postgres.processes().reduce((sum, pid) => sum + takenBy(pid), 0),
    clients: takenBy(clients.pid),
  })
  const measure: Contender['measure'] = async (seconds) => {
    const before = taken()
    const startedAt = performance.now()
    const measured = await contender.measure(seconds)
    const elapsed = 1000 * (performance.now() - startedAt)
    const after = taken()
    const each = (of: keyof typeof after) => (after[of] - before[of]) / measured.count
    costs.push({
      server: each('server'),
      postgres: each('postgres'),
      clients: each('clients'),
      busy: (after.clients - before.clients) / elapsed,
    })
    return measured
  }
  return { ...contender, measure, costs }
}

export const COST_HEADINGS = ['One of', 'Server', 'PostgreSQL', 'Clients', 'Clients busy']

const significant = (value: number) => (value >= 100 ? value.toFixed(0) : value.toPrecision(2))

/** Medians of the last rounds; the turns of warming up come before them. */
export const costLine = (what: string, { name, costs }: Costed, rounds: number): readonly string[] => {
  const middle = (of: keyof Costed['costs'][number]) => median(costs.slice(-rounds).map((cost) => cost[of]))
  const microseconds = (['server', 'postgres', 'clients'] as const).map((of) => `${significant(middle(of))} µs`)
  return [`${what}, ${name}`, ...microseconds, `${(100 * middle('busy')).toFixed(0)} %`]
}
