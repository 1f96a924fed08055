import { deadlines } from './deadlines.ts'
import { isLockTimeout, mayConcernOne } from './sql-state.ts'

interface Waiting<Item, Result> {
  readonly item: Item
  readonly since: number
  /** The first of either counts. */
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

export interface BatchSettings {
  /** Batches that may be under way at once. */
  readonly atOnce: number
  /** Items in one batch at the most. */
  readonly size: number
  /** Is told the size of each batch. */
  readonly told?: (size: number) => void
  /** What gives up the items that are kept waiting. */
  readonly givingUp?: typeof deadlines
}

/**
 * Makes one call of many: items that come while calls are under way go together in the next one, and those that come
 * when none is go at the end of this turn of the event loop. `work` answers in the order of its items, and no item is
 * shown anything that was looked up before it came.
 *
 * A batch that the database refused and undid for what one item wants is done item by item; any other failure is that
 * of all its items. An item that has no result in time is rejected, wherever it is, and is not begun any more; a batch
 * under way keeps its place until the database is done with it.
 */
export const batching = <Item, Result>(
  work: (items: readonly Item[]) => Promise<readonly Result[]>,
  { atOnce, size, told, givingUp = deadlines }: BatchSettings,
): ((item: Item) => Promise<Result>) => {
  type One = Waiting<Item, Result>
  let waiting: One[] = []
  const underWay = new Set<readonly One[]>()
  let workers = 0

  const givenUp = new WeakSet<One>()
  const isWanted = (one: One) => !givenUp.has(one)

  const due = givingUp<One>(
    () => [...[...underWay].flat(), ...waiting],
    (overdue, cause) => {
      for (const one of overdue) {
        givenUp.add(one)
        one.reject(cause)
      }
      if (overdue.length > 0) waiting = waiting.filter(isWanted)
    },
  )

  const settle = async (batch: readonly One[]): Promise<void> => {
    try {
      const results = await work(batch.map(({ item }) => item))
      batch.forEach(({ resolve }, index) => resolve(results[index] as Result))
    } catch (error) {
      const isOfOne = batch.length > 1 && (mayConcernOne(error) || isLockTimeout(error))
      for (const one of batch)
        if (!isOfOne) one.reject(error)
        else if (isWanted(one)) await settle([one])
    }
  }

  const run = async () => {
    while (waiting.length > 0) {
      const batch = waiting.splice(0, size)
      underWay.add(batch)
      told?.(batch.length)
      await settle(batch)
      underWay.delete(batch)
    }
    workers -= 1
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, since: performance.now(), resolve, reject })
      due.watch()
      if (workers === atOnce) return
      workers += 1
      setImmediate(() => void run())
    })
}
