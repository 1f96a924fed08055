import type * as T from 'fp-ts/lib/Task.js'

/** Whether what the service stands on can do its work now. Each answers within a second, also when what it asks does not. */
export interface Health {
  /** Whether the database answers and takes changes. */
  readonly database: T.Task<boolean>
  /** Whether the database has every migration of this version, and what they made is there and can be used. */
  readonly migrations: T.Task<boolean>
}
