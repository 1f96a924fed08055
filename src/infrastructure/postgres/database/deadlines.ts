import { DEADLINE_MS, late } from './deadline.ts'

interface Pending {
  /** When it came, in milliseconds of `performance.now()`. */
  readonly since: number
  /** Whether it may take longer than whoever asks is usually kept waiting. */
  readonly mayTakeLong?: boolean
}

/** Milliseconds between two looks at what is pending. */
const LOOK_MS = 100

/**
 * Gives up what is pending for too long, wherever it is; it may be done all the same. One timer for all, which runs while
 * something is pending: one for each request would cost more than all else that waiting takes.
 */
export const deadlines = <A extends Pending>(
  pending: () => readonly A[],
  giveUp: (overdue: readonly A[], cause: Error) => void,
) => {
  let timer: NodeJS.Timeout | undefined

  const look = () => {
    const all = pending()
    const latest = performance.now() - DEADLINE_MS + LOOK_MS
    giveUp(
      all.filter(({ since, mayTakeLong }) => since < latest && !mayTakeLong),
      late(),
    )
    if (all.length > 0) return
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
