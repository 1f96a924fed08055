/** Calls `go` after the rest. Returns how to stop. */
export type Rest = (go: () => void) => () => void

export interface Paced {
  /** Asks for a run. */
  readonly ask: () => void
  /** Runs nothing more. */
  readonly close: () => void
}

type State = 'quiet' | 'running' | 'resting' | 'closed'

/**
 * Work in the background, one run at a time, with a rest after each.
 *
 * - quiet: nothing runs. Asked, it starts a run at once.
 * - running: a run is under way. At its end it is resting.
 * - resting: a run has ended lately. After the rest it starts another run, if it was asked since the last one began, once or
 *   many times; else it is quiet.
 * - closed, for good.
 *
 * A run that fails ends like any other; the failure goes to `onDefect`.
 */
export const paced = (work: () => Promise<void>, rest: Rest, onDefect: (defect: unknown) => void): Paced => {
  let state: State = 'quiet'
  let isAsked = false
  let stopResting = () => {}
  // A function, as the compiler takes it that nobody closes it during a run.
  const isClosed = () => state === 'closed'

  const run = async () => {
    state = 'running'
    isAsked = false
    try {
      await work()
    } catch (defect) {
      onDefect(defect)
    }
    if (isClosed()) return
    state = 'resting'
    stopResting = rest(() => {
      state = 'quiet'
      if (isAsked) void run()
    })
  }

  return {
    ask: () => {
      if (state === 'quiet') void run()
      else isAsked = true
    },
    close: () => {
      state = 'closed'
      stopResting()
    },
  }
}
