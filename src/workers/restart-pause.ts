/** Deaths that are longer ago, in milliseconds, were not of the same cause. */
const WINDOW_MS = 60_000

const PAUSE_MS = { LEAST: 100, MOST: 5000 }

/**
 * Milliseconds to wait before the place of a worker that has died is taken by another, given when workers died there before:
 * none at first, then twice as long for each death within the last minute, up to five seconds. There is no last time: the
 * others serve, and what kills this one may pass.
 */
export const pauseBeforeRestart = (earlier: readonly number[], now: number): number => {
  const { length } = earlier.filter((at) => now - at < WINDOW_MS)
  return length === 0 ? 0 : Math.min(PAUSE_MS.LEAST * 2 ** (length - 1), PAUSE_MS.MOST)
}
