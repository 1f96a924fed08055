import type { Deed, History, Page, StoredChat } from './history.ts'
import type { Life } from './sightings.ts'

/** Whether anybody may have deleted the message at or before the revision, as far as is known. */
const mayBeGone = (page: Page, message: number, stored: StoredChat | undefined, deletions: ReadonlySet<string>) => {
  if (!deletions.has(`${page.chat}/${message}`)) return false
  if (!stored) return true
  const isThere = stored.messages.some((entry) => entry.message === message)
  return !isThere && (stored.revisions.get(message) ?? 0) <= page.revision
}

function* wrongEntries(page: Page, lives: ReadonlyMap<number, Life>) {
  for (const { message, text } of page.entries) {
    const life = lives.get(message)
    const revision = life?.revisionOf.get(text)
    if (revision === undefined) continue
    if (revision > page.revision) yield `shows ${text}, which is of revision ${revision}`
    const later = life?.states.find((state) => state.revision > revision && state.revision <= page.revision)
    if (later) yield `shows ${text} of revision ${revision}, which was ${later.text ?? 'deleted'} at ${later.revision}`
  }
}

/** Pages that do not show the chat as it was at their revision. */
export function* wrong(
  { pages, deeds, stored }: History,
  lives: (chat: number) => ReadonlyMap<number, Life>,
): Generator<string> {
  const deletions = new Set(
    deeds
      .filter(({ act, outcome }: Deed) => act === 'delete' && outcome !== 'refused')
      .map(({ chat, message }) => `${chat}/${message}`),
  )
  const chats = new Map(stored.map((chat) => [chat.id, chat]))
  for (const page of pages) {
    const about = (what: string) =>
      `a page of chat ${page.chat} at revision ${page.revision}, between ${page.above} and ${page.below}, that ${page.by} read, ${what}`
    const known = lives(page.chat)
    for (const what of wrongEntries(page, known)) yield about(what)

    const shown = new Set(page.entries.map(({ message }) => message))
    const numbers = [page.above, ...page.entries.map(({ message }) => message), page.below]
    if (numbers.some((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0)))
      yield about(`shows ${numbers.join(', ')}`)
    for (const [message, { states }] of known) {
      if (message <= page.above || message >= page.below || shown.has(message)) continue
      const isThere = (states[0]?.revision ?? Infinity) <= page.revision
      if (isThere && !mayBeGone(page, message, chats.get(page.chat), deletions)) yield about(`lacks message ${message}`)
    }
  }
}
