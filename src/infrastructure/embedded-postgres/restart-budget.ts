/** A server that needs more starts than this in so many milliseconds is not helped by another. */
const MOST_STARTS = 8
const WINDOW_MS = 300_000

const PAUSE_MS = { LEAST: 100, MOST: 5000 }

/**
 * Milliseconds to wait before a server is started again, given when that was done before: none at first, then twice as long
 * each time, up to five seconds. Undefined: no more, the last five minutes have seen eight starts.
 */
export const pauseBeforeStart = (earlier: readonly number[], now: number): number | undefined => {
  const { length } = earlier.filter((at) => now - at < WINDOW_MS)
  if (length >= MOST_STARTS) return undefined
  return length === 0 ? 0 : Math.min(PAUSE_MS.LEAST * 2 ** (length - 1), PAUSE_MS.MOST)
}
