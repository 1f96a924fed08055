import type { ChatId } from '../../../domain/identity.ts'
import { limited } from './limited.ts'

/** A shard over which chats are spread: it holds those whose id has this hash or a greater one, up to the next. */
export interface ShardOfChats {
  readonly id: number
  readonly least: number
}

/**
 * The parts in which chats are written and read, one a shard as these were when the database was opened. What one statement is
 * about must be in one shard, and then goes to its machine alone; one that was split since is several in a part.
 */
export interface Parts {
  readonly count: number
  /** The part in which the chat is, from 0. */
  readonly of: (id: ChatId) => number
  /** The number of the shard in which the chat is, as far as is known. */
  readonly shardOf: (id: ChatId) => number
  /** What the shards have become, ascending by their hashes. */
  readonly learn: (shards: readonly ShardOfChats[]) => void
}

const rotated = (value: number, by: number) => (value << by) | (value >>> (32 - by))

/** PostgreSQL's `hashint8`, of a whole number from 0 (hashfn.c): by it Citus spreads rows. */
export const hashOf = (id: number): number => {
  const key = ((id % 2 ** 32) | 0) ^ (Math.floor(id / 2 ** 32) | 0)
  let c = (0x9e3779b9 + 4 + 3923095) | 0
  let a = (c + key) | 0
  let b = c
  c = ((c ^ b) - rotated(b, 14)) | 0
  a = ((a ^ c) - rotated(c, 11)) | 0
  b = ((b ^ a) - rotated(a, 25)) | 0
  c = ((c ^ b) - rotated(b, 16)) | 0
  a = ((a ^ c) - rotated(c, 4)) | 0
  b = ((b ^ a) - rotated(a, 14)) | 0
  return ((c ^ b) - rotated(b, 24)) | 0
}

const placeIn = (shards: readonly ShardOfChats[], id: ChatId): number => {
  const hash = hashOf(id)
  return Math.max(
    0,
    shards.findLastIndex(({ least }) => least <= hash),
  )
}

/** Of shards ascending by their hashes. None: the database is not spread. */
export const partsFrom = (shards: readonly ShardOfChats[] = []): Parts | undefined => {
  if (shards.length === 0) return undefined
  let present = shards
  return {
    count: shards.length,
    of: (id) => placeIn(shards, id),
    shardOf: (id) => present[placeIn(present, id)]?.id ?? 0,
    learn: (shards) => {
      if (shards.length > 0) present = shards
    },
  }
}

/** Shards that one request asks at once: each takes a connection. */
const AT_ONCE = 3

const byShard = <Item>(parts: Parts, chatOf: (item: Item) => ChatId, items: readonly Item[]): Item[][] =>
  Array.from(Map.groupBy(items, (item) => parts.shardOf(chatOf(item))).values())

/** Those items that are in one shard, as the first is, and those that are not: none, but where a shard was split. */
export const inOneShard = <Item>(
  parts: Parts | undefined,
  chatOf: (item: Item) => ChatId,
  items: readonly Item[],
): { readonly here: readonly Item[]; readonly elsewhere: readonly Item[] } => {
  if (!parts) return { here: items, elsewhere: [] }
  const [here = [], ...others] = byShard(parts, chatOf, items)
  return { here, elsewhere: others.flat() }
}

/** Does the work on what is in each shard by itself, some at once; on all together where nothing is spread. */
export const inParts = async <Item, Found>(
  parts: Parts | undefined,
  chatOf: (item: Item) => ChatId,
  items: readonly Item[],
  work: (items: readonly Item[]) => Promise<readonly Found[]>,
): Promise<readonly Found[]> => {
  if (!parts) return work(items)
  const atOnce = limited(AT_ONCE)
  return (await Promise.all(byShard(parts, chatOf, items).map((group) => atOnce(() => work(group))))).flat()
}
