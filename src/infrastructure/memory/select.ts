import { type Page, readsForwards, type Selection } from '../../application/ports/page.ts'

/** Index of the first entry whose id is greater than `id`; entries are in ascending order of id. */
const firstAbove = (entries: readonly { readonly id: number }[], id: number): number => {
  let [low, high] = [0, entries.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((entries[middle]?.id ?? Infinity) <= id) low = middle + 1
    else high = middle
  }
  return low
}

/** The page of `entries` (oldest first) that the selection asks for, without those that are `hidden`. */
export const select = <A extends { readonly id: number }, Hidden extends A = never>(
  entries: readonly A[],
  selection: Selection<number, number>,
  hidden: (entry: A) => entry is Hidden = (_entry): _entry is Hidden => false,
): Page<Exclude<A, Hidden>> => {
  const { limit, before, after } = selection
  const low = after === undefined ? 0 : firstAbove(entries, after)
  const high = before === undefined ? entries.length : firstAbove(entries, before - 1)
  const forwards = readsForwards(selection)

  const found: Exclude<A, Hidden>[] = []
  for (let step = 0; step < high - low && found.length <= limit; step++) {
    const entry = entries[forwards ? low + step : high - 1 - step]
    if (entry && !hidden(entry)) found.push(entry as Exclude<A, Hidden>)
  }
  const page = found.slice(0, limit)
  return { entries: forwards ? page.reverse() : page, more: found.length > limit }
}
