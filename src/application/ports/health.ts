import type * as T from 'fp-ts/lib/Task.js'

/** Whether what the service stands on can do its work now. Each answers within a second, also when what it asks does not. */
export interface Health {
  readonly database: T.Task<boolean>
  /** Whether the database has every migration of this version. */
  readonly migrations: T.Task<boolean>
}
