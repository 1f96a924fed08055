import type { Page, Selection } from '../../../application/ports/page.ts'

/** Of what was found, one more than asked for if there is more. */
export const pageOf = <A>(found: readonly A[], { limit }: Selection<unknown, unknown>, forwards: boolean): Page<A> => {
  const entries = found.slice(0, limit)
  return { entries: forwards ? entries.reverse() : entries, more: found.length > limit }
}
