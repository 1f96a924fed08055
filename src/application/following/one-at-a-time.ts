type State = 'idle' | 'running' | 'asked again'

/**
 * Work in the background, one run at a time. Returns how to ask for it.
 *
 * - idle: nothing runs. Asked, it starts a run.
 * - running: a run is under way. Asked, it remembers that. At the end of the run it is idle.
 * - asked again: a run is under way that may have begun too early for whoever asked meanwhile, once or many times. At its
 *   end there is one more run.
 *
 * A run that fails ends like any other, and whoever asks next starts afresh; the failure goes to `onDefect`.
 */
export const oneAtATime = (work: () => Promise<void>, onDefect: (defect: unknown) => void): (() => void) => {
  let state: State = 'idle'
  // A function, as the compiler takes it that nobody changes the state during a run.
  const isAskedAgain = () => state === 'asked again'

  const run = async () => {
    do {
      state = 'running'
      try {
        await work()
      } catch (defect) {
        onDefect(defect)
      }
    } while (isAskedAgain())
    state = 'idle'
  }

  return () => {
    if (state === 'idle') void run()
    else state = 'asked again'
  }
}
