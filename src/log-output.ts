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

/** How often a full pipe is tried with the last lines. */
const LAST_TRIES = 20

/** Bytes that may wait while nothing can be written. Lines that come beyond that are dropped. */
const MOST_WAITING = 4_000_000

/** Bytes of one piece of what waits. */
const PIECE = 64 * 1024

/** Bytes that a pipe takes at one blow, so that nobody else's come between them (PIPE_BUF of Linux). */
export const PIPE_BYTES = 4096

/** Bytes that a character of JavaScript takes at the most in UTF-8. */
const WIDEST = 3

const NEWLINE = '\n'

/** The lines that are written at one blow: as many whole ones as fit, or one that does not. */
const atOneBlow = (bytes: Buffer, most: number): Buffer => {
  if (bytes.length <= most) return bytes
  const end = bytes.lastIndexOf(NEWLINE, most - 1) + 1 || bytes.indexOf(NEWLINE, most) + 1
  return end > 0 ? bytes.subarray(0, end) : bytes
}

const isFull = (error: unknown) => (error as NodeJS.ErrnoException).code === 'EAGAIN'

/**
 * Standard output, written in the background. The lines of a short while go there together: handed on one by one they
 * would be measured and joined again and again, which took longer than all the rest of logging, and each would wake a
 * thread just when the next request comes.
 *
 * Lines that cannot be written are lost, and that is reported; only a pipe that is full is waited for. A log ends neither the
 * process nor its end: the destinations that pino brings do the one (an error that nobody listens to) or the other (they try
 * for ever).
 *
 * At most so many bytes are written at one blow: where several processes write to one pipe, `PIPE_BYTES` keep each line of so
 * many whole.
 */
export const logOutput = (
  onFailure: (error: unknown) => void,
  fd = 1,
  writeTo: Write = write,
  most = Infinity,
): LogOutput => {
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
    writeTo(fd, atOneBlow(underWay, most), (error, count) => {
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
      let tries = 0
      while (bytes.length > 0 && tries < LAST_TRIES) {
        try {
          bytes = bytes.subarray(writeSync(fd, atOneBlow(bytes, most)))
        } catch (error) {
          // Nobody is left to be told.
          if (!isFull(error)) return
          tries += 1
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PAUSE)
        }
      }
    },
  }
}
