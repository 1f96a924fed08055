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
  /** When the slice of this turn of the event loop is used up. */
  let end = 0
  let isNextTurnDue = false

  const startSlice = () => {
    end = now() + slice
    isNextTurnDue = true
    setImmediate(nextTurn)
  }

  const nextTurn = () => {
    isNextTurnDue = false
    if (waiting.length === 0) return
    startSlice()
    let done = 0
    do waiting[done++]?.()
    while (done < waiting.length && now() < end)
    waiting = waiting.slice(done)
  }

  const hasTime = () => {
    if (waiting.length > 0) return false
    if (isNextTurnDue) return now() < end
    startSlice()
    return true
  }

  const turn = <A>(work: () => A): Promise<A> =>
    new Promise((resolve, reject) => {
      const settle = () => {
        try {
          resolve(work())
        } catch (error) {
          reject(error instanceof Error ? error : new Error(String(error)))
        }
      }
      if (hasTime()) settle()
      else waiting.push(settle)
    })

  return Object.assign(turn, {
    atOnce: <A extends object | boolean>(work: () => A): A | undefined => (hasTime() ? work() : undefined),
  })
}
