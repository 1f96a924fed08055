import * as E from 'fp-ts/lib/Either.js'
import type { Ask } from '../../../application/ports/chats.ts'
import type { Unavailable } from '../../../application/ports/failures.ts'
import type { Decision, Outcome } from '../../../domain/chat/scene.ts'
import { DEADLINE_MS, late } from '../database/deadline.ts'

/** A decision that waits to be made and written. */
export interface PendingChange {
  readonly ask: Ask
  readonly decision: Decision<unknown, Outcome>
  /** When it came, in milliseconds of `performance.now()`. */
  readonly since: number
  /** How often the cached chat that it was decided on was stale. */
  conflicts: number
  readonly resolve: (answer: E.Either<unknown, unknown>) => void
  readonly reject: (defect: unknown) => void
  /** Lets it take longer than whoever asks is usually kept waiting. */
  readonly extend?: () => void
}

/** One that is answered `Unavailable` when its time is over, wherever it is then; it may be written all the same. */
export const pendingChange = (
  ask: Ask,
  decision: Decision<unknown, Outcome>,
  { resolve, reject }: Pick<PendingChange, 'resolve' | 'reject'>,
): PendingChange => {
  const timer = setTimeout(() => resolve(E.left<Unavailable>({ kind: 'Unavailable', cause: late() })), DEADLINE_MS)
  const extend = () => clearTimeout(timer)
  return {
    ask,
    decision,
    since: performance.now(),
    conflicts: 0,
    extend,
    resolve: (answer) => {
      extend()
      resolve(answer)
    },
    reject: (defect) => {
      extend()
      reject(defect)
    },
  }
}
