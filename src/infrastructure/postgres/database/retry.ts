import { setTimeout as delay } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Unavailable } from '../../../application/ports/failures.ts'
import { isConflict, isDefect } from './sql-state.ts'

const TRIES = 4

/**
 * Runs the work, again with jitter after a conflict, and turns failures of the driver into `Unavailable`. Refusals travel
 * as values. Rejects only for defects.
 */
export const retry =
  <Refused, A>(work: () => Promise<E.Either<Refused, A>>): TE.TaskEither<Refused | Unavailable, A> =>
  async () => {
    for (let tries = 1; ; tries++) {
      try {
        return await work()
      } catch (error) {
        if (isDefect(error)) throw error
        if (!isConflict(error) || tries === TRIES) return E.left({ kind: 'Unavailable', cause: error })
        await delay(Math.random() * 10 * 2 ** tries)
      }
    }
  }
