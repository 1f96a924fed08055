import type * as T from 'fp-ts/lib/Task.js'
import type { Health } from '../ports/health.ts'

export interface Readiness {
  readonly database: boolean
  readonly migrations: boolean
}

export type CheckReadiness = T.Task<Readiness>

export const checkReadiness =
  (health: Health): CheckReadiness =>
  async () => {
    const database = await health.database()
    return { database, migrations: database && (await health.migrations()) }
  }
