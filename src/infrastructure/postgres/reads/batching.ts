interface Waiting<Wanted, Found> {
  readonly wanted: Wanted
  readonly resolve: (found: Found) => void
  readonly reject: (error: unknown) => void
}

export interface GatherSettings {
  /** Looks that may be under way at once. */
  readonly atOnce: number
  /** What goes into one look at the most. */
  readonly groupSize: number
}

/**
 * Makes one look of many: what is wanted while looks are under way goes together in the next one, and what is wanted when
 * none is goes at the end of this turn of the event loop. `look` answers in the order of what it was asked; when it fails,
 * it fails for all of its group. Nobody is shown anything that was looked up before they asked.
 */
export const gathering = <Wanted, Found>(
  look: (group: readonly Wanted[]) => Promise<readonly Found[]>,
  { atOnce, groupSize }: GatherSettings,
): ((wanted: Wanted) => Promise<Found>) => {
  const waiting: Waiting<Wanted, Found>[] = []
  let underWay = 0

  const run = async () => {
    while (waiting.length > 0) {
      const group = waiting.splice(0, groupSize)
      try {
        const found = await look(group.map(({ wanted }) => wanted))
        group.forEach(({ resolve }, index) => resolve(found[index] as Found))
      } catch (error) {
        for (const { reject } of group) reject(error)
      }
    }
    underWay -= 1
  }

  return (wanted) =>
    new Promise((resolve, reject) => {
      waiting.push({ wanted, resolve, reject })
      if (underWay === atOnce) return
      underWay += 1
      setImmediate(() => void run())
    })
}
