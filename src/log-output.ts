import { pino } from 'pino'

export interface LogOutput {
  readonly write: (line: string) => void
  /** Writes what waits, before the process ends. */
  readonly flushSync: () => void
}

/**
 * Standard output, written in the background. The lines of one turn of the event loop go there together: handed on one by
 * one, they would be measured and joined again and again, which took longer than all the rest of logging.
 */
export const logOutput = (): LogOutput => {
  const output = pino.destination({ sync: false })
  let lines: string[] = []
  const handOn = () => {
    if (lines.length === 0) return
    output.write(lines.join(''))
    lines = []
  }
  return {
    write: (line) => {
      if (lines.push(line) === 1) setImmediate(handOn)
    },
    flushSync: () => {
      handOn()
      output.flushSync()
    },
  }
}
