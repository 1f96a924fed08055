/** Runs work, so much at once at the most; what comes meanwhile waits, in order. */
export type Limited = <A>(work: () => Promise<A>) => Promise<A>

/** A limit that is asked for anew whenever work begins or ends may change; at least 1. */
export const limited = (limit: number | (() => number)): Limited => {
  const atOnce = typeof limit === 'number' ? () => limit : limit
  const waiting: (() => void)[] = []
  let underWay = 0
  return async (work) => {
    // The place of who waits is taken for it.
    if (underWay >= atOnce()) await new Promise<void>((resolve) => waiting.push(resolve))
    else underWay += 1
    try {
      return await work()
    } finally {
      underWay -= 1
      while (underWay < atOnce()) {
        const next = waiting.shift()
        if (!next) break
        underWay += 1
        next()
      }
    }
  }
}
