import { setTimeout as delay } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Unavailable } from '../../../application/ports/failures.ts'

/** SQLSTATE of a transaction that lost against another and did nothing: deadlock, serialisation failure. */
const LOST = new Set(['40P01', '40001'])
const TRIES = 4

const sqlState = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}

export const lostAgainstAnother = (error: unknown): boolean => LOST.has(sqlState(error) ?? '')

/**
 * A statement that can never succeed (SQLSTATE classes 22 data, 23 constraint, 42 syntax or access) or a programming
 * error is a defect of ours: it must surface as one, not ask the caller to try again.
 */
const isDefect = (error: unknown): boolean =>
  error instanceof TypeError ||
  error instanceof RangeError ||
  error instanceof ReferenceError ||
  /^(22|23|42)/.test(sqlState(error) ?? '')

/**
 * Runs the work, again with jitter when it lost against another transaction, and turns failures of the driver into
 * `Unavailable`. Refusals travel as values. Rejects only for defects.
 */
export const attempt =
  <Refused, A>(work: () => Promise<E.Either<Refused, A>>): TE.TaskEither<Refused | Unavailable, A> =>
  async () => {
    for (let tries = 1; ; tries++) {
      try {
        return await work()
      } catch (error) {
        if (isDefect(error)) throw error
        if (!lostAgainstAnother(error) || tries === TRIES) return E.left({ kind: 'Unavailable', cause: error })
        await delay(Math.random() * 10 * 2 ** tries)
      }
    }
  }
