import type { Pool } from 'pg'
import type { ChatId } from '../../../domain/identity.ts'
import { batchingIn } from '../database/batching.ts'
import { countGroup } from '../database/load.ts'
import { inParts, type Parts } from '../database/parts.ts'
import { batchingOn } from '../database/traced.ts'

/** What is asked for in one statement, and statements of a kind under way at once. */
const BATCHES = { size: 64, atOnce: 2 }

const chatOf = ({ chatId }: { readonly chatId: ChatId }) => chatId

/** Reads what is in each shard by itself, and answers in the order asked for. */
const readingInShards =
  <Asked extends { readonly chatId: ChatId }, Found>(
    parts: Parts,
    read: (asked: readonly Asked[]) => Promise<readonly Found[]>,
  ) =>
  async (asked: readonly Asked[]): Promise<readonly Found[]> => {
    const found = await inParts(parts, chatOf, asked, async (some) => {
      const answers = await read(some)
      return some.map((one, place) => [one, answers[place] as Found] as const)
    })
    const answers = new Map(found)
    return asked.map((one) => answers.get(one) as Found)
  }

/** Reads what is asked for of chats in batches; where chats are spread, each of one part. */
export const readingTogether = <Asked extends { readonly chatId: ChatId }, Found>(
  pool: Pool,
  parts: Parts | undefined,
  read: (asked: readonly Asked[]) => Promise<readonly Found[]>,
): ((asked: Asked) => Promise<Found>) =>
  batchingIn(
    parts,
    chatOf,
    parts ? readingInShards(parts, read) : read,
    { ...BATCHES, told: (size) => countGroup(pool, 'reads', size) },
    (work, settings) => batchingOn(pool, work, settings),
  )
