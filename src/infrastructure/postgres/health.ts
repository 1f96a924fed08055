import { setTimeout as delay } from 'node:timers/promises'
import type { Health } from '../../application/ports/health.ts'
import type { Database } from './database/database.ts'
import { executedMigrations, isUpToDate } from './migrations/executed.ts'

const PATIENCE_MS = 1000

const inTime = async (answer: Promise<boolean>): Promise<boolean> => {
  const patience = new AbortController()
  try {
    return await Promise.race([
      answer.catch(() => false),
      delay(PATIENCE_MS, false, { signal: patience.signal }).catch(() => false),
    ])
  } finally {
    patience.abort()
  }
}

export const postgresHealth = ({ pool }: Database): Health => {
  let migrated = false
  return {
    database: () => inTime(pool.query('select 1').then(() => true)),
    // Migrations only go forward, so what was up to date once stays so.
    migrations: async () => (migrated ||= await inTime(executedMigrations(pool).then(isUpToDate))),
  }
}
