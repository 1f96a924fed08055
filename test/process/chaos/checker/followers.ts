import type { Follower, History, StoredChat, Told } from './history.ts'

/** What was told of one chat: each change once, in order, nothing after its end, and not of a deleted message again. */
function* misled(told: readonly Told[], place: number) {
  let revision = place
  let isRemoved = false
  const deleted = new Set<number>()
  for (const event of told) {
    if (event.kind === 'restored') yield 'was told that a backup was restored'
    else if (isRemoved) yield `was told of revision ${event.revision} after its end`
    else if (event.kind === 'removed') isRemoved = true
    else {
      const next = event.revision ?? 0
      if (next <= revision) yield `was told of revision ${next} after ${revision}`
      revision = Math.max(revision, next)
      if (event.message === undefined) continue
      if (deleted.has(event.message)) yield `was told of message ${event.message}, deleted before, at ${next}`
      if (event.text === undefined) deleted.add(event.message)
    }
  }
}

/** The last state of everything that changed after the place: what came before it may be left out. */
function* missed(told: readonly Told[], place: number, { revisions, renamedAt }: StoredChat) {
  const known = new Set(told.map(({ revision }) => revision))
  for (const [message, revision] of revisions)
    if (revision > place && !known.has(revision)) yield `was not told of revision ${revision}, message ${message}`
  if (renamedAt > place && !known.has(renamedAt)) yield `was not told of revision ${renamedAt}, a title`
}

const ends = ({ deeds }: History) => {
  const asked = deeds.filter(({ act, outcome }) => act === 'remove' && outcome !== 'refused')
  return {
    certain: new Set(asked.filter(({ outcome }) => outcome === 'done').map(({ chat }) => chat)),
    possible: new Set(asked.map(({ chat }) => chat)),
  }
}

function* faultsOf({ places, told }: Follower, history: History, { certain, possible }: ReturnType<typeof ends>) {
  const byChat = Map.groupBy(told, ({ chat }) => chat)
  const chats = new Map(history.stored.map((chat) => [chat.id, chat]))
  for (const chat of byChat.keys()) if (!places.has(chat)) yield `was told of chat ${chat}, which it does not follow`
  for (const [chat, place] of places) {
    const events = byChat.get(chat) ?? []
    for (const what of misled(events, place)) yield `${what} in chat ${chat}`
    const isRemoved = events.some(({ kind }) => kind === 'removed')
    const stored = chats.get(chat)
    if (isRemoved && (stored || !possible.has(chat))) yield `was told of the end of chat ${chat}, which nobody removed`
    if (!isRemoved && !stored && certain.has(chat)) yield `was not told of the end of chat ${chat}`
    if (stored && !isRemoved) for (const what of missed(events, place, stored)) yield `${what} in chat ${chat}`
  }
}

/** Followers who were told too little, too much, twice, out of order, or of chats that are none of theirs. */
export function* misinformed(history: History): Generator<string> {
  const removed = ends(history)
  for (const follower of history.followers)
    for (const what of faultsOf(follower, history, removed)) yield `${follower.name} ${what}`
}
