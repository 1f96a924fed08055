import { DEADLINE_MS, late } from '../database/deadline.ts'
import { answerUnavailable } from './answers.ts'
import type { PendingChange } from './pending-change.ts'

/** Milliseconds between two looks at what is pending. */
const LOOK_MS = 100

/**
 * Answers what is pending for too long with `Unavailable`, wherever it is; it may be written all the same. One timer for
 * all, which runs while something is pending: one for each change would cost more than the rest of the queue.
 */
export const deadlines = (pending: () => readonly PendingChange[]) => {
  let timer: NodeJS.Timeout | undefined

  const look = () => {
    const changes = pending()
    const now = performance.now()
    const overdue = changes.filter(({ since, mayTakeLong }) => now - since > DEADLINE_MS - LOOK_MS && !mayTakeLong)
    answerUnavailable(overdue, late())
    if (changes.length > 0) return
    clearInterval(timer)
    timer = undefined
  }

  return {
    /** Something is pending from now on. */
    watch: (): void => {
      timer ??= setInterval(look, LOOK_MS).unref()
    },
  }
}
