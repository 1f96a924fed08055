import type { Pool } from 'pg'
import type { ChatId } from '../../../domain/identity.ts'
import { batchingIn } from '../database/batching.ts'
import { countGroup } from '../database/load.ts'
import type { Parts } from '../database/parts.ts'
import { inOneShard } from '../database/spread.ts'
import { batchingOn } from '../database/traced.ts'

/** What is asked for in one statement, and statements of a kind under way at once. */
const BATCHES = { size: 64, atOnce: 2 }

/** Reads what is in one shard, and what is not by itself, and answers in the order asked for. */
const readingInShards = <Asked extends { readonly chatId: ChatId }, Found>(
  pool: Pool,
  read: (asked: readonly Asked[]) => Promise<readonly Found[]>,
) => {
  const readAll = async (asked: readonly Asked[]): Promise<readonly Found[]> => {
    const { here, elsewhere } = inOneShard(pool, asked, ({ chatId }) => chatId)
    if (elsewhere.length === 0) return read(asked)
    const [found, others] = await Promise.all([read(here), readAll(elsewhere)])
    const answers = new Map([...here.entries()].map(([place, one]) => [one, found[place] as Found]))
    for (const [place, one] of elsewhere.entries()) answers.set(one, others[place] as Found)
    return asked.map((one) => answers.get(one) as Found)
  }
  return readAll
}

/** Reads what is asked for of chats in batches; where chats are spread, each of one part. */
export const readingTogether = <Asked extends { readonly chatId: ChatId }, Found>(
  pool: Pool,
  parts: Parts | undefined,
  read: (asked: readonly Asked[]) => Promise<readonly Found[]>,
): ((asked: Asked) => Promise<Found>) =>
  batchingIn(
    parts,
    ({ chatId }) => chatId,
    parts ? readingInShards(pool, read) : read,
    { ...BATCHES, told: (size) => countGroup(pool, 'reads', size) },
    (work, settings) => batchingOn(pool, work, settings),
  )
