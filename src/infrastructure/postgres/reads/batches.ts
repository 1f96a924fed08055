import type { Pool } from 'pg'
import type { ChatId } from '../../../domain/identity.ts'
import { batchingIn } from '../database/batching.ts'
import { countGroup } from '../database/load.ts'
import type { Parts } from '../database/parts.ts'
import { batchingOn } from '../database/traced.ts'

/** What is asked for in one statement, and statements of a kind under way at once. */
const BATCHES = { size: 64, atOnce: 2 }

/** Reads what is asked for of chats in batches; where chats are spread, each of one part. */
export const readingTogether = <Asked extends { readonly chatId: ChatId }, Found>(
  pool: Pool,
  parts: Parts | undefined,
  read: (asked: readonly Asked[]) => Promise<readonly Found[]>,
): ((asked: Asked) => Promise<Found>) =>
  batchingIn(
    parts,
    ({ chatId }) => chatId,
    read,
    { ...BATCHES, told: (size) => countGroup(pool, 'reads', size) },
    (work, settings) => batchingOn(pool, work, settings),
  )
