import { isLockTimeout, mayConcernOne } from './sql-state.ts'

interface Waiting<Item, Result> {
  readonly item: Item
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

interface BatchSettings {
  /** Batches that may be under way at once. */
  readonly atOnce: number
  /** Items in one batch at the most. */
  readonly size: number
}

/**
 * Makes one call of many: items that come while calls are under way go together in the next one, and those that come
 * when none is go at the end of this turn of the event loop. `work` answers in the order of its items, and no item is
 * shown anything that was looked up before it came.
 *
 * A batch that the database refused and undid for what one item wants is done item by item; any other failure is that
 * of all its items.
 */
export const batching = <Item, Result>(
  work: (items: readonly Item[]) => Promise<readonly Result[]>,
  { atOnce, size }: BatchSettings,
): ((item: Item) => Promise<Result>) => {
  const waiting: Waiting<Item, Result>[] = []
  let underWay = 0

  const settle = async (batch: readonly Waiting<Item, Result>[]): Promise<void> => {
    try {
      const results = await work(batch.map(({ item }) => item))
      batch.forEach(({ resolve }, index) => resolve(results[index] as Result))
    } catch (error) {
      if (batch.length > 1 && (mayConcernOne(error) || isLockTimeout(error)))
        for (const one of batch) await settle([one])
      else for (const { reject } of batch) reject(error)
    }
  }

  const run = async () => {
    while (waiting.length > 0) await settle(waiting.splice(0, size))
    underWay -= 1
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      if (underWay === atOnce) return
      underWay += 1
      setImmediate(() => void run())
    })
}
