/** Milliseconds that only go up. */
export type Milliseconds = () => number

export const monotonic: Milliseconds = () => performance.now()

/**
 * Says once in so many milliseconds that it is time for a key. It remembers at most `limit` keys; beyond that the oldest are
 * forgotten before their time, and said again.
 *
 * Two generations, of which the older is dropped as a whole: when the younger is full, and when it is as old as the period,
 * for then everything in the older is past.
 */
export const onceIn = (period: number, limit: number, now: Milliseconds = monotonic): ((key: string) => boolean) => {
  let younger = new Map<string, number>()
  let older = new Map<string, number>()
  let since = now()

  return (key) => {
    const at = now()
    if (at - since >= period || younger.size >= limit / 2) {
      older = younger
      younger = new Map()
      since = at
    }
    const last = younger.get(key) ?? older.get(key)
    if (last !== undefined && at - last < period) return false
    younger.set(key, at)
    return true
  }
}
