import type * as E from 'fp-ts/lib/Either.js'
import type { Decision, Outcome } from '../../../domain/chat/scene.ts'
import type { Asked } from './draft.ts'

/** A decision that waits to be made and written. */
export interface PendingChange {
  readonly ask: Asked
  readonly decision: Decision<unknown, Outcome>
  /** When it came, in milliseconds of `performance.now()`. */
  readonly since: number
  /** Whoever asks, where statements are traced. */
  readonly asker?: unknown
  /** How often the cached chat that it was decided on was stale. */
  conflicts: number
  /** Whether it may take longer than whoever asks is usually kept waiting. */
  mayTakeLong?: boolean
  /** The first answer counts. */
  readonly resolve: (answer: E.Either<unknown, unknown>) => void
  readonly reject: (defect: unknown) => void
}
