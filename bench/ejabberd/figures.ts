import { residentOf, type Server } from '../child.ts'
import { over, readLast, send } from '../contenders.ts'
import type { Connection } from '../database.ts'
import { type Contender, takeTurns } from '../measurement.ts'
import type { Stage } from '../stage.ts'
import { measuring, startFollowers } from '../streams.ts'
import { absolute, compare, markdownTable, type Row, thousands } from '../table.ts'
import { COST_HEADINGS, costing, costLine } from './costs.ts'
import { archived } from './database.ts'
import { type Command, type Members, startMembers, startOccupants } from './members.ts'
import type { SharedPostgres } from './postgres.ts'

export const FOLLOWERS = 500
const PAIR = { of: 'ours', to: 'ejabberd' }

export interface Both {
  readonly ours: Server
  readonly ejabberd: Server
  readonly postgres: SharedPostgres
  /** Where ejabberd archives. */
  readonly database: Connection
}

/** The table's rows, and lines of who took the processors' time. */
interface Found {
  readonly rows: readonly Row[]
  readonly costs: readonly (readonly string[])[]
}

export interface Figures {
  readonly rows: readonly Row[]
  /** Markdown. */
  readonly costs: string
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
const counted = <C extends Contender>(contender: C, database: Connection): C => ({
  ...contender,
  measure: async (seconds: number) => {
    const before = await archived(database)
    const measured = await contender.measure(seconds)
    const count = (await archived(database)) - before
    if (count < measured.count) throw new Error(`${measured.count} messages were echoed and ${count} archived`)
    return { ...measured, count, perSecond: (measured.perSecond * count) / measured.count }
  },
})

const memoryRow = async (figure: string, { ours, ejabberd }: Pick<Both, 'ours' | 'ejabberd'>): Promise<Row> => {
  const [own, theirs] = [(await residentOf(ours.pid)) / 1024, (await residentOf(ejabberd.pid)) / 1024]
  const row = absolute(figure, own, ' MB')
  return { ...row, yardstick: `ejabberd: ${theirs.toFixed(0)} MB`, ratio: `${(own / theirs).toPrecision(3)}×` }
}

/** Sends and reads by as many connections to each. */
const exchanges = async ({ load, pace, sizes }: Stage, both: Both): Promise<Found> => {
  const { ours, ejabberd, postgres, database } = both
  const members = startMembers(ejabberd)
  try {
    await members.tell({ kind: 'enter', rooms: sizes.chats })
    const crowd = { chats: sizes.chats }
    const own = { server: ours, clients: load, postgres }
    const theirs = { server: ejabberd, clients: members, postgres }
    const sends = [
      costing(over(load, 'ours', ours, send, crowd), own),
      counted(costing(told(members, 'send'), theirs), database),
    ] as const
    const reads = [
      costing(over(load, 'ours', ours, readLast, crowd), own),
      costing(told(members, 'read'), theirs),
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
      costs,
    }
  } finally {
    members.stop()
  }
}

/** One sender to followers of one chat, the occupants of one room. */
const deliveries = async ({ pace }: Stage, { ours, ejabberd, postgres }: Both): Promise<Found> => {
  const everyone = [
    { name: 'ours', server: ours, clients: startFollowers(ours, FOLLOWERS) },
    { name: 'ejabberd', server: ejabberd, clients: startOccupants(ejabberd, FOLLOWERS) },
  ]
  try {
    for (const { clients } of everyone) await clients.tell({ kind: 'open' })
    const rows: Row[] = []
    const costs: (readonly string[])[] = []
    for (const senders of [1, 8]) {
      const contenders = everyone.map(({ name, server, clients }) => {
        const flood = measuring({ name, followers: clients }, { kind: 'flood', senders }, senders === 1)
        return costing(flood, { server, clients, postgres })
      })
      const turns = await takeTurns(contenders, { ...pace, seconds: Math.ceil(pace.seconds * 0.6), warmSeconds: 2 })
      const figure = `deliveries to ${FOLLOWERS} followers, ${senders} in flight`
      rows.push(...compare(turns, { figure, quantity: 'perSecond', ...PAIR, goal: { atLeast: 2 } }))
      costs.push(...contenders.map((costed) => costLine(`delivery, ${senders} in flight`, costed, pace.rounds)))
    }
    return {
      rows: [...rows, await memoryRow(`resident memory with ${FOLLOWERS} followers`, { ours, ejabberd })],
      costs,
    }
  } finally {
    for (const { clients } of everyone) clients.stop()
  }
}

export const figuresOf = async (stage: Stage, both: Both): Promise<Figures> => {
  const [exchanged, delivered] = [await exchanges(stage, both), await deliveries(stage, both)]
  return {
    rows: [...exchanged.rows, ...delivered.rows],
    costs: markdownTable(COST_HEADINGS, [...exchanged.costs, ...delivered.costs]),
  }
}
