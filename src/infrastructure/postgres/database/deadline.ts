import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Unavailable } from '../../../application/ports/failures.ts'

/** Milliseconds in which whoever asks is answered, whatever becomes of what was asked. */
export const DEADLINE_MS = 2300

export const late = (): Error => new Error('no answer in time')

/** What comes of the work, or of `otherwise` when it takes longer than so many milliseconds: then nobody hears of it. */
export const within = <A>(milliseconds: number, work: Promise<A>, otherwise: () => A): Promise<A> => {
  const { promise, resolve, reject } = Promise.withResolvers<A>()
  const timer = setTimeout(() => resolve(otherwise()), milliseconds)
  const settle =
    <V>(end: (value: V) => void) =>
    (value: V) => {
      clearTimeout(timer)
      end(value)
    }
  work.then(settle(resolve), settle(reject))
  return promise
}

/** Answers `Unavailable` when the work takes too long. */
export const inTime =
  <Refused, A>(work: TE.TaskEither<Refused, A>): TE.TaskEither<Refused | Unavailable, A> =>
  () =>
    within<E.Either<Refused | Unavailable, A>>(DEADLINE_MS, work(), () =>
      E.left({ kind: 'Unavailable', cause: late() }),
    )
