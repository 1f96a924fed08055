import { write, writeSync } from 'node:fs'

interface LogOutput {
  readonly write: (line: string) => void
  /** Writes what waits, before the process ends. */
  readonly flushSync: () => void
}

type Write = (fd: number, bytes: Buffer, done: (error: Error | null, count: number) => void) => void

/** Milliseconds for which lines wait for others. */
const PAUSE = 20

/** Milliseconds after which a pipe that was full is tried again. */
const FULL_PAUSE = 100

/** How often the last lines are tried. A pipe takes 64 kB at a time. */
const LAST_TRIES = 20

/** Bytes that may wait while nothing can be written. Lines that come beyond that are dropped. */
const MOST_WAITING = 4_000_000

/** Bytes of one piece of what waits. */
const PIECE = 64 * 1024

/** Bytes that a character of JavaScript takes at the most in UTF-8. */
const WIDEST = 3

const isFull = (error: unknown) => (error as NodeJS.ErrnoException).code === 'EAGAIN'

/**
 * Standard output, written in the background. The lines of a short while go there together: handed on one by one they
 * would be measured and joined again and again, which took longer than all the rest of logging, and each would wake a
 * thread just when the next request comes.
 *
 * Lines that cannot be written are lost, and that is reported; only a pipe that is full is waited for. A log ends neither the
 * process nor its end: the destinations that pino brings do the one (an error that nobody listens to) or the other (they try
 * for ever).
 */
export const logOutput = (onFailure: (error: unknown) => void, fd = 1, writeTo: Write = write): LogOutput => {
  // Bytes, not lines: a line is made of a dozen strings, and those that wait the collector would take for long-lived.
  let pieces: Buffer[] = []
  let piece = Buffer.allocUnsafeSlow(PIECE)
  let used = 0
  let waiting = 0
  /** Whether lines will be written by themselves: a timer is set, or a write is under way. */
  let isDue = false
  /** What is being written, or waits until a full pipe has room. */
  let underWay = Buffer.alloc(0)
  /** Whether the system has been told to write it: that ends with the process no more than it fails with it. */
  let isHandedOn = false

  const take = (line: string) => {
    if (used + WIDEST * line.length > piece.length) {
      pieces.push(piece.subarray(0, used))
      piece = Buffer.allocUnsafeSlow(Math.max(PIECE, WIDEST * line.length))
      used = 0
    }
    const bytes = piece.write(line, used)
    used += bytes
    waiting += bytes
  }

  const taken = () => {
    const bytes = Buffer.concat([...pieces, piece.subarray(0, used)])
    pieces = []
    used = 0
    waiting = 0
    return bytes
  }

  const later = (work: () => void, pause: number) => {
    isDue = true
    setTimeout(work, pause).unref()
  }

  const handOn = () => {
    isDue = underWay.length > 0
    if (!isDue) {
      if (waiting > 0) later(takeAndHandOn, PAUSE)
      return
    }
    isHandedOn = true
    writeTo(fd, underWay, (error, count) => {
      isHandedOn = false
      if (error && isFull(error)) return later(handOn, FULL_PAUSE)
      underWay = error ? Buffer.alloc(0) : underWay.subarray(count)
      if (error) onFailure(error)
      handOn()
    })
  }
  const takeAndHandOn = () => {
    underWay = taken()
    handOn()
  }

  return {
    write: (line) => {
      if (waiting > MOST_WAITING) return
      take(line)
      if (!isDue) later(takeAndHandOn, PAUSE)
    },
    flushSync: () => {
      let bytes = isHandedOn ? taken() : Buffer.concat([underWay, taken()])
      if (!isHandedOn) underWay = Buffer.alloc(0)
      for (let tries = 0; bytes.length > 0 && tries < LAST_TRIES; tries++) {
        try {
          bytes = bytes.subarray(writeSync(fd, bytes))
        } catch (error) {
          // Nobody is left to be told.
          if (!isFull(error)) return
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PAUSE)
        }
      }
    },
  }
}
