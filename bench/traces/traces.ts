import { fileURLToPath } from 'node:url'
import { residentOf, type Server, startServer } from '../child.ts'
import { type Crowd, type Exchange, over, readAnywhere, send } from '../contenders.ts'
import { costing, costRow, lastOf } from '../costing.ts'
import { createMessenger } from '../database.ts'
import { ratiosOf, takeTurns } from '../measurement.ts'
import type { Section } from '../section.ts'
import type { Stage } from '../stage.ts'
import { compare, type Row, thousands } from '../table.ts'
import { startOurs } from '../targets.ts'

const startCollector = (): Promise<Server> =>
  startServer({
    command: process.execPath,
    args: () => [fileURLToPath(new URL('collector.ts', import.meta.url))],
    env: (port) => ({ PATH: process.env['PATH'], PORT: String(port) }),
    probe: '/',
  })

const OFF = 'no traces'
const ALL = 'all traced'
const SOME = 'one in a hundred traced'

type Servers = Readonly<Record<typeof OFF | typeof ALL | typeof SOME, Server>>

const figuresOf = ({ sizes }: Stage): readonly (readonly [figure: string, Exchange, Crowd])[] => {
  const many = { chats: sizes.chats, messages: sizes.messages }
  return [
    [`send, ${thousands(sizes.chats)} chats`, send, many],
    ['send, one lone client', send, { ...many, connections: 1 }],
    ['read 20 anywhere', readAnywhere, many],
  ]
}

const memoryOf = async (servers: Servers): Promise<string> => {
  const all = Object.entries(servers).map(async ([name, { pid }]) => {
    const megabytes = Math.round((await residentOf(pid)) / 1000)
    return `${name}: ${megabytes} MB`
  })
  return (await Promise.all(all)).join('; ')
}

/**
 * What traces cost while they are exported to a collector that takes everything, and what is left of that when one request in
 * a hundred is traced. That none of it is there without them, `against` says, of this checkout and of one before there were any.
 */
export const traces: Section = async (stage) => {
  const { load, pace, sizes, postgres, temporarily } = stage
  const database = await createMessenger(postgres, 'traces', sizes)
  return temporarily(startCollector(), ({ url }) => {
    const OTEL_EXPORTER_OTLP_ENDPOINT = url
    const some = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' }
    const started = (environment: NodeJS.ProcessEnv) => startOurs(database, undefined, { environment })
    return temporarily(started({}), (off) =>
      temporarily(started({ OTEL_EXPORTER_OTLP_ENDPOINT }), (on) =>
        temporarily(started({ OTEL_EXPORTER_OTLP_ENDPOINT, ...some }), async (sampled) => {
          const servers: Servers = { [OFF]: off, [ALL]: on, [SOME]: sampled }
          const atRest = await memoryOf(servers)
          const rows: Row[] = []
          for (const [figure, exchange, crowd] of figuresOf(stage)) {
            const contenders = Object.entries(servers).map(([name, server]) =>
              costing(stage, over(load, name, server, exchange, crowd), [server], database),
            )
            const turns = await takeTurns(contenders, { ...pace, warmSeconds: Math.ceil(pace.warmSeconds / 3) })
            const rounds = ratiosOf(turns, 'perSecond', ALL, OFF).length
            const costs = contenders.map((contender) => lastOf(contender, rounds))
            const [plain] = costs
            for (const traced of [ALL, SOME]) {
              const names = { of: traced, to: OFF }
              rows.push(...compare(turns, { figure: `${figure}, ${traced}`, quantity: 'perSecond', ...names }))
              const cost = costs.find(({ name }) => name === traced)
              if (plain && cost) rows.push(costRow(`${figure}, ${traced}: µs of Node`, 'node', [cost, plain]))
            }
          }
          return { rows, notes: notesOf(atRest, await memoryOf(servers)) }
        }),
      ),
    )
  })
}

const notesOf = (atRest: string, afterwards: string) => `## Traces

The same server without traces, with all requests traced, and with one in a hundred, in turns on one database; what is traced
goes to a collector in a process of its own. Resident memory when they had just started: ${atRest}. At the end: ${afterwards}.`
