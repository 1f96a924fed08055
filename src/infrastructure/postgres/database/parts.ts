import type { ChatId } from '../../../domain/identity.ts'
import { limited } from './limited.ts'

/**
 * The shards over which chats are spread, where they are: what one statement is about must be in one of them, and then goes to
 * its machine alone.
 */
export interface Parts {
  readonly count: number
  /** Of each part, ascending. */
  readonly leastHashes: readonly number[]
  /** The part in which the chat is, from 0. */
  readonly of: (id: ChatId) => number
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

/** Given the least hash of each part, ascending. None: the database is not spread. */
export const partsFrom = (leastHashes: readonly number[] = []): Parts | undefined =>
  leastHashes.length === 0
    ? undefined
    : {
        count: leastHashes.length,
        leastHashes,
        of: (id) => {
          const hash = hashOf(id)
          return Math.max(
            0,
            leastHashes.findLastIndex((least) => least <= hash),
          )
        },
      }

/** Parts that one request asks at once: each takes a connection. */
const AT_ONCE = 3

/** Does the work on what is in each part by itself, some at once; on all together where nothing is spread. */
export const inParts = async <Item, Found>(
  parts: Parts | undefined,
  chatOf: (item: Item) => ChatId,
  items: readonly Item[],
  work: (items: readonly Item[]) => Promise<readonly Found[]>,
): Promise<readonly Found[]> => {
  if (!parts) return work(items)
  const groups = Map.groupBy(items, (item) => parts.of(chatOf(item)))
  const atOnce = limited(AT_ONCE)
  return (await Promise.all(Array.from(groups.values(), (group) => atOnce(() => work(group))))).flat()
}
