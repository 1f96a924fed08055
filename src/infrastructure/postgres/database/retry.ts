import { setTimeout as delay } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { DatabaseError } from 'pg'
import type { Unavailable } from '../../../application/ports/failures.ts'

/** SQLSTATE of a transaction that met another and was undone: deadlock, serialisation failure. */
const CONFLICTS = new Set(['40P01', '40001'])
const TRIES = 4

/** SQLSTATE classes of a connection that ends, or was not to be had. */
const DISCONNECTED = /^(08|53|57P)/

const sqlState = (error: unknown): string | undefined => {
  const code = (error as { code?: unknown } | null)?.code
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}

export const isConflict = (error: unknown): boolean => CONFLICTS.has(sqlState(error) ?? '')

/**
 * Whether the database said that it undid everything. After anything else, a lost connection above all, it may have
 * been kept.
 */
export const wasUndone = (error: unknown): boolean =>
  error instanceof DatabaseError && error.code !== undefined && !DISCONNECTED.test(error.code)

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
