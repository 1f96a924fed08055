import type { Server } from './child.ts'
import { type Connection, withClient } from './database.ts'
import { type Contender, median } from './measurement.ts'
import { takenBy, takenByPostgres } from './processor-time.ts'
import type { Stage } from './stage.ts'
import { described, type Goal, judged, type Row } from './table.ts'

/** What an exchange takes of those that do it. */
export interface Cost {
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

export interface Costed extends Contender {
  /** Of each of its turns, those of warming up included. */
  readonly costs: readonly Cost[]
}

/** The contender, each of its turns with what it cost the servers and the database that they share. */
export const costing = (
  { postgres }: Stage,
  contender: Contender,
  servers: readonly Server[],
  database: Connection,
): Costed => {
  const costs: Cost[] = []
  const taken = async () => ({
    node: servers.reduce((sum, { pid }) => sum + takenBy(pid), 0),
    postgres: takenByPostgres(postgres),
    commits: await committed(database),
  })
  const measure: Contender['measure'] = async (seconds) => {
    const before = await taken()
    const measured = await contender.measure(seconds)
    const after = await taken()
    const each = (of: keyof Cost) => (after[of] - before[of]) / measured.count
    costs.push({ node: each('node'), postgres: each('postgres'), commits: each('commits') })
    return measured
  }
  return { ...contender, measure, costs }
}

/** What each round of one cost. */
export interface CostsOf {
  readonly name: string
  readonly costs: readonly Cost[]
}

/** Without the turns of warming up, which come first. */
export const lastOf = ({ name, costs }: Costed, rounds: number): CostsOf => ({ name, costs: costs.slice(-rounds) })

/** The median of the ratios, round by round. */
export const costRow = (
  figure: string,
  of: keyof Cost,
  [one, other]: readonly [CostsOf, CostsOf],
  goal?: Goal,
): Row => {
  const [those, yardstick] = [one, other].map(({ costs }) => costs.map((cost) => cost[of])) as [number[], number[]]
  const ratios = those.map((cost, round) => cost / (yardstick[round] ?? NaN))
  const shown = (values: readonly number[]) => Number(median(values).toPrecision(3)).toString()
  return {
    figure,
    ours: shown(those),
    yardstick: `${other.name}: ${shown(yardstick)}`,
    ratio: `${shown(ratios)}× (${Math.min(...ratios).toPrecision(3)}–${Math.max(...ratios).toPrecision(3)})`,
    goal: described(goal, '×'),
    met: judged(goal, median(ratios)),
  }
}
