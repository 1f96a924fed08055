import type { ClientBase, Pool } from 'pg'
import type { Machines } from './machines.ts'
import type { Parts } from './parts.ts'

interface Spread {
  readonly parts: Parts
  /** Of a pool, which need not ask the coordinator. */
  readonly machines?: Machines
}

/** Of each pool and connection to a database whose chats are spread. */
const spreads = new WeakMap<object, Spread>()

/** From now on what is asked of the pool is said as it must be where chats are spread, and asked where they are. */
export const markSpread = (pool: Pool, parts: Parts, machines: Machines): void => {
  spreads.set(pool, { parts, machines })
  pool.on('connect', (client) => spreads.set(client, { parts }))
}

export const spreadOf = (session: Pool | ClientBase): Spread | undefined => spreads.get(session)
