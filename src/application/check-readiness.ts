import type * as T from 'fp-ts/lib/Task.js'

/** Whether what the service stands on can do its work now. */
export interface Health {
  /** Answers within a second, also when what it asks does not. */
  readonly database: T.Task<boolean>
  readonly migrations: T.Task<boolean>
}

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
