import type { Connection } from './connection.ts'
import { follow } from './follow.ts'
import type * as told from './openapi.ts'
import type { FollowOptions } from './options.ts'
import type { InboxEntry } from './schemas.ts'
import type { Block } from './server-sent-events.ts'

/** A change of an inbox, told as the state it left. `position` is where to resume after it. */
export type InboxEvent =
  /** All chats that are in the inbox, told first by a stream that resumes: drop the others. */
  | { readonly type: 'chats'; readonly chat_ids: readonly number[]; readonly position: string | undefined }
  /** An entry as it is now, in the place of what you have of that chat. Now and then it is what you have. */
  | { readonly type: 'entry'; readonly entry: InboxEntry; readonly position: string | undefined }
  /** The user is no member of the chat any more, or the chat was deleted. */
  | { readonly type: 'entry_removed'; readonly chat_id: number; readonly position: string | undefined }

/** The event that a block tells of; undefined when it is none, or one of a kind that came later than this client. */
const inboxEventOf = ({ event, data, id: position }: Block): InboxEvent | undefined => {
  if (data === undefined) return undefined
  switch (event) {
    case 'chats': {
      const { chat_ids } = JSON.parse(data) as told.InboxChatsEvent['data']
      return { type: 'chats', chat_ids, position }
    }
    case 'entry':
      return { type: 'entry', entry: JSON.parse(data) as told.InboxEntryEvent['data'], position }
    case 'entry_removed': {
      const { chat_id } = JSON.parse(data) as told.InboxEntryRemovedEvent['data']
      return { type: 'entry_removed', chat_id, position }
    }
    default:
      return undefined
  }
}

/** Follows until the signal aborts. An inbox is always there: what is not found is not the service, and is thrown. */
export const followInbox = (
  connection: Connection,
  target: string,
  { signal, onConnection }: FollowOptions<string>,
): AsyncGenerator<InboxEvent, void> =>
  follow<InboxEvent>(connection, {
    target,
    signal,
    onConnection,
    read: inboxEventOf,
    isOver: () => false,
    gone: () => undefined,
    // Its beginning tells which chats there are, and every entry.
    restored: () => [],
  })

/** When something was last sent that is still there, or else when the chat was opened; then the number. */
const isBefore = (one: InboxEntry, other: InboxEntry): boolean => {
  const [at, than] = [one, other].map(({ chat, last_message }) => last_message?.created_at ?? chat.created_at)
  return at === than ? one.chat.id > other.chat.id : String(at) > String(than)
}

/**
 * The inbox after the event, in the order of `getInbox`: a chat goes up when a message is sent in it, and no other change moves
 * it. Begin with the entries of `getInbox`, of all its pages or of the first ones, or with none. What is given stays as it is.
 */
export const foldInbox = (entries: readonly InboxEntry[], event: InboxEvent): readonly InboxEntry[] => {
  if (event.type === 'chats') {
    const there = new Set(event.chat_ids)
    return entries.filter(({ chat }) => there.has(chat.id))
  }
  const id = event.type === 'entry' ? event.entry.chat.id : event.chat_id
  const others = entries.filter(({ chat }) => chat.id !== id)
  if (event.type === 'entry_removed') return others

  const { entry } = event
  const index = entries.findIndex(({ chat }) => chat.id === id)
  const isInPlace = entries[index]?.chat.last_message_id === entry.chat.last_message_id
  const below = isInPlace ? index : others.findIndex((other) => isBefore(entry, other))
  const place = below < 0 ? others.length : below
  return [...others.slice(0, place), entry, ...others.slice(place)]
}
