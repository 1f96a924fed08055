import type { Pool } from 'pg'
import { countGroup } from '../database/load.ts'

/** What is asked for in one statement, and statements of a kind under way at once. */
export const batchesOn = (pool: Pool) => ({
  size: 64,
  atOnce: 2,
  told: (size: number) => countGroup(pool, 'reads', size),
})
