import type { ClientBase, Pool } from 'pg'
import type { ChatId } from '../../../domain/identity.ts'
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
export const isSpread = (pool: Pool, parts: Parts, machines: Machines): void => {
  spreads.set(pool, { parts, machines })
  pool.on('connect', (client) => spreads.set(client, { parts }))
}

export const spreadOf = (session: Pool | ClientBase): Spread | undefined => spreads.get(session)

/** Those items that are in one shard, as the first is, and those that are not: none, but where a shard was split just now. */
export const inOneShard = <Item>(
  session: Pool | ClientBase,
  items: readonly Item[],
  chatOf: (item: Item) => ChatId,
): { readonly here: readonly Item[]; readonly elsewhere: readonly Item[] } => {
  const spread = spreads.get(session)
  const [first] = items
  if (!spread || first === undefined) return { here: items, elsewhere: [] }
  const { shardOf } = spread.parts
  const shard = shardOf(chatOf(first))
  const elsewhere = items.filter((item) => shardOf(chatOf(item)) !== shard)
  return elsewhere.length === 0
    ? { here: items, elsewhere }
    : { here: items.filter((item) => !elsewhere.includes(item)), elsewhere }
}
