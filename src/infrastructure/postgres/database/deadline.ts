import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Unavailable } from '../../../application/ports/failures.ts'

/** Milliseconds in which whoever asks is answered, whatever becomes of what was asked. */
export const DEADLINE_MS = 2300

export const late = (): Error => new Error('no answer in time')

/** Answers `Unavailable` when the work takes too long. It goes on, and nobody hears of it. */
export const inTime =
  <Refused, A>(work: TE.TaskEither<Refused, A>): TE.TaskEither<Refused | Unavailable, A> =>
  () => {
    const { promise, resolve, reject } = Promise.withResolvers<E.Either<Refused | Unavailable, A>>()
    const timer = setTimeout(() => resolve(E.left({ kind: 'Unavailable', cause: late() })), DEADLINE_MS)
    const settle =
      <V>(end: (value: V) => void) =>
      (value: V) => {
        clearTimeout(timer)
        end(value)
      }
    work().then(settle(resolve), settle(reject))
    return promise
  }
