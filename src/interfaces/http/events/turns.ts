/** Milliseconds of work in one turn of the event loop. */
const SLICE_MS = 10

export interface Turns {
  /** Does the work when it is its turn, and resolves with its result, or rejects with what it threw. */
  <A>(work: () => A): Promise<A>
  /** The same while there is time left: its result as it is, for a promise for each of thousands takes longer than the work. */
  readonly atOnce: <A extends object | boolean>(work: () => A) => A | undefined
}

/**
 * Work of many, done in the order in which it was asked for, and a slice of time of it in each turn of the event loop: at once
 * while there is time left in this one, and else in one of the next, between which everything else goes on. However many ask,
 * nobody waits for longer than a slice and one piece of work.
 */
export const turns = (slice = SLICE_MS, now: () => number = () => performance.now()): Turns => {
  let waiting: (() => void)[] = []
  let spent = 0
  let isNextTurnDue = false

  const doIt = <A>(work: () => A): A => {
    const begun = now()
    try {
      return work()
    } finally {
      spent += now() - begun
    }
  }

  const startNextTurn = () => {
    if (isNextTurnDue) return
    isNextTurnDue = true
    setImmediate(nextTurn)
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

  const hasTime = () => waiting.length === 0 && spent < slice

  const turn = <A>(work: () => A): Promise<A> =>
    new Promise((resolve, reject) => {
      const settle = () => {
        try {
          resolve(work())
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)))
        }
      }
      startNextTurn()
      if (hasTime()) doIt(settle)
      else waiting.push(settle)
    })

  return Object.assign(turn, {
    atOnce: <A extends object | boolean>(work: () => A): A | undefined => {
      if (!hasTime()) return undefined
      startNextTurn()
      return doIt(work)
    },
  })
}
