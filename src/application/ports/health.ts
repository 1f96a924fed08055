import type * as T from 'fp-ts/lib/Task.js'

/** Whether what the service stands on can do its work now. */
export interface Health {
  /** Answers within a second, also when what it asks does not. */
  readonly database: T.Task<boolean>
  readonly migrations: T.Task<boolean>
}
