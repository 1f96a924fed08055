import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { Server } from './child.ts'
import { type Exchange, over, readLast, send } from './contenders.ts'
import { median } from './measurement.ts'
import { takenBy, takenByPostgres } from './processor-time.ts'
import type { Section } from './section.ts'
import type { Stage } from './stage.ts'
import { markdownTable, thousands } from './table.ts'

interface Cost {
  readonly server: number
  readonly clients: number
  readonly postgres: number
}

/** What one request costs each of those that share the machine, in microseconds of CPU. */
const costOf = async ({ load, pace, postgres, sizes }: Stage, name: string, server: Server, exchange: Exchange) => {
  const contender = over(load, name, server, exchange, { chats: sizes.chats })
  await contender.measure(pace.warmSeconds / 3)
  const costs: Cost[] = []
  for (let round = 0; round < pace.rounds; round++) {
    const taken = () => ({
      server: takenBy(server.pid),
      clients: takenBy(load.pid),
      postgres: takenByPostgres(postgres),
    })
    const before = taken()
    const { count } = await contender.measure(pace.seconds)
    const after = taken()
    const each = (of: keyof Cost) => (after[of] - before[of]) / count
    costs.push({ server: each('server'), clients: each('clients'), postgres: each('postgres') })
  }
  const middle = (of: keyof Cost) => median(costs.map((cost) => cost[of]))
  return { server: middle('server'), clients: middle('clients'), postgres: middle('postgres') }
}

/** Who takes the time of the processors. Says what a rate can be at all on this machine, and where it goes. */
export const cpu: Section = async (stage) => {
  if (!existsSync('/proc/self/stat')) return { rows: [], notes: '## Processor time\n\nNot measured: needs Linux.' }
  const [ours, floor] = [await stage.ours(), await stage.floor()]
  const lines: string[][] = []
  for (const [what, exchange] of [['send', send] as const, ['read the last 20', readLast] as const])
    for (const [name, server] of [['ours', ours] as const, ['floor', floor] as const]) {
      const { server: own, clients, postgres } = await costOf(stage, name, server, exchange)
      const bound = Math.min(1e6 / own, (availableParallelism() * 1e6) / (own + clients + postgres))
      const microseconds = [own, clients, postgres].map((cost) => `${cost.toFixed(0)} µs`)
      lines.push([`${what}, ${name}`, ...microseconds, `${thousands(bound)}/s`])
    }
  const table = markdownTable(['One request', 'Server', 'Clients', 'PostgreSQL', 'At most'], lines)
  const notes = `## Processor time\n\nWhat one request takes of the ${availableParallelism()} processors that everybody shares. A server is one thread: no rate is greater than one\nprocessor over the server's share, nor than all of them over the whole.\n\n${table}`
  return { rows: [], notes }
}
