/** Milliseconds of work in one turn of the event loop. */
const SLICE_MS = 10

/** Does the work when it is its turn, and resolves with its result, or rejects with what it threw. */
export type Turns = <A>(work: () => A) => Promise<A>

/**
 * Work of many, done in the order in which it was asked for, and a slice of time of it in each turn of the event loop: at once
 * while there is time left in this one, and else in one of the next, between which everything else goes on. However many ask,
 * nobody waits for longer than a slice and one piece of work.
 */
export const turns = (slice = SLICE_MS, now: () => number = () => performance.now()): Turns => {
  let waiting: (() => void)[] = []
  let spent = 0
  let isNextTurnDue = false

  const doIt = (work: () => void) => {
    const begun = now()
    work()
    spent += now() - begun
  }

  const nextTurn = () => {
    spent = 0
    let done = 0
    while (done < waiting.length && spent < slice) doIt(waiting[done++] ?? (() => undefined))
    waiting = waiting.slice(done)
    // Also when nothing waits any more, so that what was spent in this turn is forgotten in the next.
    isNextTurnDue = done > 0
    if (isNextTurnDue) setImmediate(nextTurn)
  }

  return (work) =>
    new Promise((resolve, reject) => {
      const settle = () => {
        try {
          resolve(work())
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)))
        }
      }
      if (waiting.length === 0 && spent < slice) doIt(settle)
      else waiting.push(settle)
      if (isNextTurnDue) return
      isNextTurnDue = true
      setImmediate(nextTurn)
    })
}
