import type { Deed, History, Page } from './history.ts'

/** The greatest revision that was acknowledged in a chat before a moment. */
const acknowledgedBefore = (deeds: readonly Deed[]) => {
  const known: { readonly ended: number; readonly revision: number; readonly deed: Deed }[] = []
  for (const deed of deeds.toSorted((a, b) => a.ended - b.ended)) {
    const revision = deed.answered?.revision
    if (revision === undefined) continue
    const before = known.at(-1)
    known.push(
      before && before.revision > revision ? { ...before, ended: deed.ended } : { ended: deed.ended, revision, deed },
    )
  }
  return (moment: number) => {
    let [low, high] = [0, known.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((known[middle]?.ended ?? 0) < moment) low = middle + 1
      else high = middle
    }
    return known[low - 1]
  }
}

const byChat = <A extends { readonly chat: number }>(all: readonly A[]) => Map.groupBy(all, ({ chat }) => chat)

/** Changes of a chat that were made: those that were only answered again say nothing of order. */
const changesIn = ({ deeds }: History) =>
  byChat(
    deeds.filter(
      ({ act, outcome, isRepeated }) => outcome === 'done' && !isRepeated && act !== 'create' && act !== 'remove',
    ),
  )

/** Who began after another was answered comes after it; and messages are numbered in the order of their revisions. */
export function* disordered(history: History) {
  for (const [chat, deeds] of changesIn(history)) {
    const before = acknowledgedBefore(deeds)
    for (const deed of deeds) {
      const earlier = before(deed.began)
      const revision = deed.answered?.revision
      if (revision !== undefined && earlier && earlier.revision >= revision)
        yield `chat ${chat}: ${deed.by} came to revision ${revision}, after ${earlier.deed.by} had been told of ${earlier.revision}`
    }
    let last: Deed | undefined
    const sends = deeds.filter(({ act }) => act === 'send')
    for (const deed of sends.toSorted((a, b) => (a.answered?.revision ?? 0) - (b.answered?.revision ?? 0))) {
      // Twins that were sent with one key are one message.
      const isNext = (deed.answered?.message ?? 0) >= (last?.answered?.message ?? 0)
      if (!isNext) yield `chat ${chat}: ${deed.text} has a number before that of ${last?.text}, and a later revision`
      last = deed
    }
  }
}

/** Pages that do not know what was acknowledged before they were asked for. */
export function* stale(history: History) {
  const changes = changesIn(history)
  for (const [chat, pages] of byChat<Page>(history.pages)) {
    const before = acknowledgedBefore(changes.get(chat) ?? [])
    for (const { began, revision, by } of pages) {
      const known = before(began)
      if (known && known.revision > revision)
        yield `chat ${chat}: ${by} was shown revision ${revision}, after ${known.deed.by} had been told of ${known.revision}`
    }
  }
}
