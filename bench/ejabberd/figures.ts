import { residentOf, type Server } from '../child.ts'
import { over, readLast, send } from '../contenders.ts'
import type { Connection } from '../database.ts'
import { type Contender, median, takeTurns } from '../measurement.ts'
import { takenBy, takenByPostgres } from '../processor-time.ts'
import type { Stage } from '../stage.ts'
import { type Followed, measuring, startFollowers } from '../streams.ts'
import { absolute, compare, markdownTable, type Row, thousands } from '../table.ts'
import { archived } from './database.ts'
import { type Command, type Members, startMembers, startOccupants } from './members.ts'

export const FOLLOWERS = 500
const PAIR = { of: 'ours', to: 'ejabberd' }

export interface Both {
  readonly ours: Server
  readonly ejabberd: Server
  /** Where ejabberd archives. */
  readonly database: Connection
}

export interface Figures {
  readonly rows: readonly Row[]
  /** Markdown: who took the processors' time. */
  readonly costs: string
}

interface Costed extends Contender {
  /** Of its turns: microseconds of CPU an exchange, and what part of a processor the clients took. */
  readonly costs: {
    readonly server: number
    readonly postgres: number
    readonly clients: number
    readonly busy: number
  }[]
}

const costing = (contender: Contender, server: Server, clients: { readonly pid: number }): Costed => {
  const costs: Costed['costs'] = []
  const taken = () => ({ server: takenBy(server.pid), postgres: takenByPostgres(), clients: takenBy(clients.pid) })
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

const told = (members: Members, kind: Exclude<Command['kind'], 'enter' | 'keep sending'>): Contender => ({
  name: 'ejabberd',
  measure: async (seconds) => {
    const { measured } = await members.tell({ kind, seconds })
    if (!measured) throw new Error('the clients of ejabberd measured nothing')
    return measured
  },
})

/** Counts what is in the archive, not what was echoed. Fails when that is less. */
const counted = (contender: Contender, database: Connection): Contender => ({
  ...contender,
  measure: async (seconds) => {
    const before = await archived(database)
    const measured = await contender.measure(seconds)
    const count = (await archived(database)) - before
    if (count < measured.count) throw new Error(`${measured.count} messages were echoed and ${count} archived`)
    return { ...measured, count, perSecond: (measured.perSecond * count) / measured.count }
  },
})

const costLine = (what: string, { name, costs }: Costed, rounds: number): readonly string[] => {
  const middle = (of: keyof Costed['costs'][number]) => median(costs.slice(-rounds).map((cost) => cost[of]))
  const microseconds = (['server', 'postgres', 'clients'] as const).map((of) => `${middle(of).toFixed(0)} µs`)
  return [`${what}, ${name}`, ...microseconds, `${(100 * middle('busy')).toFixed(0)} %`]
}

const memoryRow = async (figure: string, { ours, ejabberd }: Both): Promise<Row> => {
  const [own, theirs] = [(await residentOf(ours.pid)) / 1024, (await residentOf(ejabberd.pid)) / 1024]
  const row = absolute(figure, own, ' MB')
  return { ...row, yardstick: `ejabberd: ${theirs.toFixed(0)} MB`, ratio: `${(own / theirs).toPrecision(3)}×` }
}

/** Sends and reads by as many connections to each. */
const exchanges = async ({ load, pace, sizes }: Stage, both: Both): Promise<Figures> => {
  const { ours, ejabberd, database } = both
  const members = startMembers(ejabberd)
  try {
    await members.tell({ kind: 'enter', rooms: sizes.chats })
    const crowd = { chats: sizes.chats }
    const sends = [
      costing(over(load, 'ours', ours, send, crowd), ours, load),
      costing(counted(told(members, 'send'), database), ejabberd, members),
    ] as const
    const reads = [
      costing(over(load, 'ours', ours, readLast, crowd), ours, load),
      costing(told(members, 'read'), ejabberd, members),
    ] as const
    const sent = await takeTurns(sends, pace)
    const read = await takeTurns(reads, { ...pace, warmSeconds: Math.ceil(pace.warmSeconds / 3) })
    const figure = `durable send, ${thousands(sizes.chats)} chats`
    const costs = [
      ...sends.map((costed) => costLine('send', costed, pace.rounds)),
      ...reads.map((costed) => costLine('last 20', costed, pace.rounds)),
    ]
    return {
      rows: [
        ...compare(sent, { figure, quantity: 'perSecond', ...PAIR, goal: { atLeast: 5 } }),
        ...compare(sent, { figure: `${figure}, p99`, quantity: 'p99', ...PAIR }),
        ...compare(read, { figure: 'read the last 20', quantity: 'perSecond', ...PAIR, goal: { atLeast: 25 } }),
        await memoryRow('resident memory after that', both),
      ],
      costs: markdownTable(['One exchange', 'Server', 'PostgreSQL', 'Clients', 'Clients busy'], costs),
    }
  } finally {
    members.stop()
  }
}

/** One sender to followers of one chat, the occupants of one room. */
const deliveries = async ({ pace }: Stage, both: Both): Promise<readonly Row[]> => {
  const { ours, ejabberd } = both
  const everyone: readonly Followed[] = [
    { name: 'ours', followers: startFollowers(ours, FOLLOWERS) },
    { name: 'ejabberd', followers: startOccupants(ejabberd, FOLLOWERS) },
  ]
  try {
    for (const { followers } of everyone) await followers.tell({ kind: 'open' })
    const rows: Row[] = []
    for (const senders of [1, 8]) {
      const contenders = everyone.map((followed) => measuring(followed, { kind: 'flood', senders }, senders === 1))
      const turns = await takeTurns(contenders, { ...pace, seconds: Math.ceil(pace.seconds * 0.6), warmSeconds: 2 })
      const figure = `deliveries to ${FOLLOWERS} followers, ${senders} in flight`
      rows.push(...compare(turns, { figure, quantity: 'perSecond', ...PAIR, goal: { atLeast: 2 } }))
    }
    return [...rows, await memoryRow(`resident memory with ${FOLLOWERS} followers`, both)]
  } finally {
    for (const { followers } of everyone) followers.stop()
  }
}

export const figuresOf = async (stage: Stage, both: Both): Promise<Figures> => {
  const { rows, costs } = await exchanges(stage, both)
  return { rows: [...rows, ...(await deliveries(stage, both))], costs }
}
