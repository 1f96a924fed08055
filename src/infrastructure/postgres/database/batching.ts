import type { ChatId } from '../../../domain/identity.ts'
import { deadlines } from './deadlines.ts'
import { type Limited, limited } from './limited.ts'
import type { Parts } from './parts.ts'
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
  /** Waited for before what waits is taken along, where only so many batches of several kinds may be under way. */
  readonly turn?: Limited
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
  { atOnce, size, told, turn = (work) => work(), givingUp = deadlines }: BatchSettings,
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

  const runOne = async () => {
    const batch = waiting.splice(0, size)
    // All of it was given up meanwhile.
    if (batch.length === 0) return
    underWay.add(batch)
    told?.(batch.length)
    await settle(batch)
    underWay.delete(batch)
  }

  const run = async () => {
    while (waiting.length > 0) await turn(runOne)
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

/** Batches of all parts that are under way at once, each of another part. */
const PARTS_AT_ONCE = 4

/** The same where chats are spread: what is asked for together is of one part. */
export const batchingIn = <Item, Result>(
  parts: Parts | undefined,
  chatOf: (item: Item) => ChatId,
  work: (items: readonly Item[]) => Promise<readonly Result[]>,
  settings: BatchSettings,
  make: (
    work: (items: readonly Item[]) => Promise<readonly Result[]>,
    settings: BatchSettings,
  ) => (item: Item) => Promise<Result> = batching,
): ((item: Item) => Promise<Result>) => {
  if (!parts) return make(work, settings)
  const turn = limited(PARTS_AT_ONCE)
  const ofParts = Array.from({ length: parts.count }, () => make(work, { ...settings, atOnce: 1, turn }))
  return (item) => (ofParts[parts.of(chatOf(item))] as (item: Item) => Promise<Result>)(item)
}
