import type { Pool } from 'pg'
import type { Grouped, Load } from '../../../application/ports/load.ts'
import { classOfFailure } from './sql-state.ts'

interface Counted {
  readonly failures: Map<string, number>
  /** All that count there and are not over, the first of which the others are beside. */
  pools: Pool[]
  /** Of each queue, the changes in it. */
  readonly pending: (() => number)[]
  told: (what: Grouped, size: number) => void
}

const untold = () => {}

/** By the pool, and by each of its connections: whatever has either may count what it does. */
const counts = new WeakMap<object, Counted>()

const countedOf = (session: object): Counted => {
  const found = counts.get(session)
  if (found) return found
  const made: Counted = { pools: [], failures: new Map(), pending: [], told: untold }
  counts.set(session, made)
  return made
}

/** Counts what its connections do with the pool that they are of, or with that beside which it is. */
export const countConnections = (pool: Pool, beside = pool): void => {
  const counted = countedOf(beside)
  counts.set(pool, counted)
  counted.pools.push(pool)
  pool.on('connect', (client) => counts.set(client, counted))
}

export const countFailure = (session: object, error: unknown): void => {
  const { failures } = countedOf(session)
  const of = classOfFailure(error)
  failures.set(of, (failures.get(of) ?? 0) + 1)
}

export const countGroup = (pool: Pool, what: Grouped, size: number): void => countedOf(pool).told(what, size)

export const countPending = (pool: Pool, pending: () => number): void => void countedOf(pool).pending.push(pending)

export const loadOf = (pool: Pool): Load => {
  const counted = countedOf(pool)
  return {
    connections: () => {
      counted.pools = counted.pools.filter(({ ended }) => !ended)
      const sum = (of: (pool: Pool) => number) => counted.pools.reduce((total, each) => total + of(each), 0)
      return {
        used: sum(({ totalCount, idleCount }) => totalCount - idleCount),
        idle: sum(({ idleCount }) => idleCount),
        waitedFor: sum(({ waitingCount }) => waitingCount),
        limit: sum(({ options }) => options.max),
      }
    },
    changesPending: () => counted.pending.reduce((sum, pending) => sum + pending(), 0),
    failures: () => counted.failures,
    onGroup: (told) => {
      counted.told = told
    },
  }
}
