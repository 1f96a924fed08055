/** Runs work, so much at once at the most; what comes meanwhile waits, in order. */
export type Limited = <A>(work: () => Promise<A>) => Promise<A>

export const limited = (atOnce: number): Limited => {
  const waiting: (() => void)[] = []
  let underWay = 0
  return async (work) => {
    if (underWay === atOnce) await new Promise<void>((resolve) => waiting.push(resolve))
    else underWay += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      // The place goes from one to the next.
      if (next) next()
      else underWay -= 1
    }
  }
}
