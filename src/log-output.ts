import { pino } from 'pino'

export interface LogOutput {
  readonly write: (line: string) => void
  /** Writes what waits, before the process ends. */
  readonly flushSync: () => void
}

/** Milliseconds for which lines wait for others. */
const PAUSE = 20

/** What waits while nothing can be written, in bytes. What comes beyond that is dropped. */
const MOST_WAITING = 4 * 2 ** 20

/**
 * Standard output, written in the background. The lines of a short while go there together: handed on one by one they
 * would be measured and joined again and again, which took longer than all the rest of logging, and each would wake a
 * thread just when the next request comes.
 */
export const logOutput = (onFailure: (error: unknown) => void, fd = 1): LogOutput => {
  const output = pino.destination({ dest: fd, sync: false, maxLength: MOST_WAITING })
  // Listened to for ever: an error that nobody hears of would end the process, and a full disk has many.
  output.on('error', onFailure)
  let lines: string[] = []
  const handOn = () => {
    if (lines.length === 0) return
    output.write(lines.join(''))
    lines = []
  }
  return {
    write: (line) => {
      if (lines.push(line) === 1) setTimeout(handOn, PAUSE).unref()
    },
    flushSync: () => {
      handOn()
      try {
        output.flushSync()
      } catch {
        // Nothing was opened yet, so nothing waits.
      }
    },
  }
}
