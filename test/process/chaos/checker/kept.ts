import { type History, type StoredChat, wordOf } from './history.ts'
import type { Sighting } from './sightings.ts'

const chatsById = (history: History) => new Map(history.stored.map((chat) => [chat.id, chat]))

/** Chats that somebody asked to be removed, whatever became of it. */
const removedIn = ({ deeds }: History) =>
  new Set(deeds.filter(({ act, outcome }) => act === 'remove' && outcome !== 'refused').map(({ chat }) => chat))

/** What was acknowledged and is not there. */
export function* lost(history: History) {
  const stored = chatsById(history)
  const removed = removedIn(history)
  for (const { act, outcome, chat, by, answered, text } of history.deeds) {
    if (outcome !== 'done') continue
    if (act === 'create' && !removed.has(answered?.chat ?? 0) && !stored.has(answered?.chat ?? 0))
      yield `chat ${answered?.chat}, created by ${by}, is gone`
    if (act === 'remove' && stored.has(chat)) yield `chat ${chat}, removed by ${by}, is there`
    const found = stored.get(chat)
    if (!found && act !== 'create' && !removed.has(chat)) yield `chat ${chat}, which ${by} changed, is gone`
    if (act !== 'send' || !found || answered?.message === undefined) continue
    const there = textsOf(found).get(answered.message)
    if (!found.revisions.has(answered.message) || (there !== undefined && wordOf(there) !== text))
      yield `${text} of ${by} is not message ${answered.message} of chat ${chat}, which is ${there ?? 'not there'}`
  }
}

const cache = new WeakMap<StoredChat, ReadonlyMap<number, string>>()
const textsOf = (chat: StoredChat) => {
  const texts = cache.get(chat) ?? new Map(chat.messages.map(({ message, text }) => [message, text]))
  cache.set(chat, texts)
  return texts
}

/** Edits, deletions and renames that were acknowledged and are undone in the end. */
export function* undone(history: History) {
  const stored = chatsById(history)
  for (const { act, outcome, chat, message = 0, by, text, answered } of history.deeds) {
    const found = stored.get(chat)
    if (outcome !== 'done' || !found) continue
    const revision = answered?.revision ?? 0
    if (act === 'delete' && textsOf(found).has(message)) yield `${by} deleted message ${message} of chat ${chat}`
    if (act === 'rename' && found.renamedAt < revision)
      yield `${by} renamed chat ${chat} at revision ${revision}, which was last renamed at ${found.renamedAt}`
    if (act === 'edit' && (found.revisions.get(message) ?? 0) < revision)
      yield `${by} made ${text} of message ${message} of chat ${chat} at revision ${revision}, which is at ${found.revisions.get(message)}`
  }
}

/** Messages are numbered from 1 without a gap, and each number is something that was sent. */
export function* misnumbered({ stored, deeds }: History, sightings: readonly Sighting[]) {
  const seen = new Set(sightings.flatMap(({ text }) => (text === undefined ? [] : [wordOf(text)])))
  const named = new Set(
    sightings.flatMap(({ chat, message, text }) => (text === undefined || !message ? [] : [`${chat}/${message}`])),
  )
  for (const { id, lastMessage, revision, revisions, renamedAt } of stored) {
    for (let number = 1; number <= Math.max(lastMessage, revisions.size); number++)
      if (!revisions.has(number)) yield `chat ${id} has no message ${number} of ${lastMessage}`
    if (lastMessage !== revisions.size) yield `chat ${id} counts ${lastMessage} messages and has ${revisions.size}`
    const all = [...revisions.values(), ...(renamedAt > 0 ? [renamedAt] : [])]
    if (new Set(all).size < all.length || all.some((one) => one > revision))
      yield `chat ${id} is at revision ${revision}, and its rows bear revisions twice or beyond that`

    const nameless = [...revisions.keys()].filter((number) => !named.has(`${id}/${number}`)).length
    const possible = deeds.filter(
      ({ act, chat, outcome, text = '' }) => act === 'send' && chat === id && outcome === 'unknown' && !seen.has(text),
    ).length
    if (nameless > possible)
      yield `chat ${id} has ${nameless} messages that nobody saw before they were deleted, and ${possible} that may be them`
  }
}

/** Servers and tables that differ once all is quiet. */
export function* unalike({ stored, servers }: History) {
  const shown = ({ id, title, revision, lastMessage, messages }: StoredChat) =>
    JSON.stringify({ id, title, revision, lastMessage, messages })
  for (const [index, server] of servers.entries()) {
    const chats = new Map(server.map((chat) => [chat.id, chat]))
    if (chats.size !== stored.length) yield `server ${index} has ${chats.size} chats, the tables ${stored.length}`
    for (const chat of stored) {
      const other = chats.get(chat.id)
      if (!other || shown({ ...chat, ...other }) !== shown(chat))
        yield `server ${index} shows chat ${chat.id} otherwise than the tables`
    }
  }
}
