import { existsSync } from 'node:fs'
import type { Server } from './child.ts'
import { CONNECTIONS, type Crowd, over, send } from './contenders.ts'
import { type Connection, createMessenger, withClient } from './database.ts'
import { type Contender, type Measurement, median, ratiosOf, takeTurns } from './measurement.ts'
import { takenBy, takenByPostgres } from './processor-time.ts'
import type { Section } from './section.ts'
import type { Stage } from './stage.ts'
import { compare, type Goal, type Row, thousands } from './table.ts'
import { startOurs } from './targets.ts'

/** What a send takes of those that do it. */
interface Cost {
  /** Microseconds of CPU. */
  readonly node: number
  readonly postgres: number
  readonly commits: number
}

const committed = (connection: Connection): Promise<number> =>
  withClient(connection, async (client) => {
    const { rows } = await client.query<{ commits: string }>(
      'select pg_stat_force_next_flush(), xact_commit as commits from pg_stat_database where datname = current_database()',
    )
    return Number(rows[0]?.commits)
  })

interface Costed extends Contender {
  readonly costs: Cost[]
}

/** Sends to one server, or to several of one database, each turn with what it cost. */
const costing = (
  { load }: Stage,
  name: string,
  servers: readonly [Server, ...Server[]],
  database: Connection,
  crowd: Crowd,
): Costed => {
  const costs: Cost[] = []
  const [first, ...others] = servers
  const sends = over(load, name, first, send, { ...crowd, alsoTo: others.map(({ url }) => url) })
  const taken = async () => ({
    node: servers.reduce((sum, { pid }) => sum + takenBy(pid), 0),
    postgres: takenByPostgres(),
    commits: await committed(database),
  })
  const measure = async (seconds: number): Promise<Measurement> => {
    const before = await taken()
    const measured = await sends.measure(seconds)
    const after = await taken()
    const each = (of: keyof Cost) => (after[of] - before[of]) / measured.count
    costs.push({ node: each('node'), postgres: each('postgres'), commits: each('commits') })
    return measured
  }
  return { name, measure, costs }
}

const met = (ratio: number, atMost: number | undefined): Pick<Row, 'goal' | 'met'> =>
  atMost === undefined ? { goal: '', met: '' } : { goal: `≤ ${atMost}×`, met: ratio <= atMost ? 'yes' : 'no' }

/** The median of the ratios, round by round; the turns of warming up come first, and do not count. */
const costRow = (
  figure: string,
  of: keyof Cost,
  [several, one]: readonly [Costed, Costed],
  rounds: number,
  atMost?: number,
): Row => {
  const last = ({ costs }: Costed) => costs.slice(-rounds).map((cost) => cost[of])
  const [those, once] = [last(several), last(one)]
  const ratios = those.map((cost, round) => cost / (once[round] ?? NaN))
  const shown = (values: readonly number[]) => Number(median(values).toPrecision(3)).toString()
  return {
    figure,
    ours: shown(those),
    yardstick: `one: ${shown(once)}`,
    ratio: `${shown(ratios)}× (${Math.min(...ratios).toPrecision(3)}–${Math.max(...ratios).toPrecision(3)})`,
    ...met(median(ratios), atMost),
  }
}

const PAIR = { of: 'two', to: 'one' }

/**
 * Two servers on one database against one of them alone, under the same load: 64 connections, half to each, chats at random
 * over both. A request that is answered with anything but 201 fails the section.
 */
export const servers: Section = async (stage) => {
  if (!existsSync('/proc/self/stat')) return { rows: [], notes: '## Several servers\n\nNot measured: needs Linux.' }
  const { pace, sizes } = stage
  const database = await createMessenger(stage.postgres, 'servers', { chats: sizes.chats, messages: 0 })
  return stage.temporarily(startOurs(database), (one) =>
    stage.temporarily(startOurs(database), async (other) => {
      const rows: Row[] = []
      const crowds: readonly (readonly [string, Crowd, Goal | undefined])[] = [
        [`${thousands(sizes.chats)} chats`, { chats: sizes.chats }, undefined],
        ['one hot chat', { chats: 1 }, { atLeast: 0.95 }],
      ]
      for (const [what, crowd, goal] of crowds) {
        const connection = database
        const both = costing(stage, 'two', [one, other], connection, crowd)
        const apart = costing(stage, 'apart', [one, other], connection, {
          ...crowd,
          chats: Math.max(2, crowd.chats),
          apart: true,
        })
        const alone = costing(stage, 'one', [one], connection, crowd)
        const turns = await takeTurns([both, apart, alone], { ...pace, warmSeconds: Math.ceil(pace.warmSeconds / 3) })
        const rounds = ratiosOf(turns, 'perSecond', 'two', 'one').length
        const figure = `send to two servers, ${what}`
        rows.push(...compare(turns, { figure, quantity: 'perSecond', ...PAIR, ...(goal && { goal }) }))
        rows.push(...compare(turns, { figure: `${figure}, p99`, quantity: 'p99', ...PAIR }))
        rows.push(costRow(`${figure}: µs of Node`, 'node', [both, alone], rounds, 1.15))
        rows.push(costRow(`${figure}: µs of PostgreSQL`, 'postgres', [both, alone], rounds, 1.15))
        rows.push(costRow(`${figure}: commits`, 'commits', [both, alone], rounds, 1.5))
        const own = `${figure}, each its own`
        rows.push(...compare(turns, { figure: own, quantity: 'perSecond', of: 'apart', to: 'one' }))
        rows.push(costRow(`${own}: µs of Node`, 'node', [apart, alone], rounds))
        rows.push(costRow(`${own}: µs of PostgreSQL`, 'postgres', [apart, alone], rounds))
        rows.push(costRow(`${own}: commits`, 'commits', [apart, alone], rounds))
      }
      return { rows, notes: NOTES }
    }),
  )
}

const NOTES = `## Several servers

Half of the ${CONNECTIONS} connections to each of two servers of one database, and chats at random over both, in turns with all of
them to one. Where each has chats of its own, no two servers ever write to one: what is dearer there is what two processes
take for the same work in smaller helpings. Processor time and commits are those of a send, from /proc and
pg_stat_database.`
