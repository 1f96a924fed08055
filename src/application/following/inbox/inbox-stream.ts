import type { ChatId } from '../../../domain/identity.ts'
import { BEGINNING_OF_TIME, type Moment } from '../../ports/inboxes.ts'
import type { EntryEvent, InboxBatch, InboxEvent } from './inbox-event.ts'

/** A number of this server that goes on with every reading that begins, and with every stream that becomes live. */
export type Tick = number

/** All that was kept until the moment had been handed to whoever was live before the tick. */
export interface Settled {
  readonly moment: Moment
  readonly tick: Tick
}

/** The last part of what a stream is told first, often the only one. */
export interface FirstReading {
  readonly events: readonly EntryEvent[]
  /** All chats of the inbox, to be told before everything else; undefined when the client does not need them. */
  readonly chatIds: readonly ChatId[] | undefined
  /** Until where the client had been told before. */
  readonly before: Moment
  /** Until where it is told by these events. */
  readonly after: Moment
}

export interface InboxStream {
  /** What a reading found that began at the tick. False when it is too old, so that it must be read again. */
  readonly offer: (event: EntryEvent, readAt: Tick) => boolean
  /** Ends the beginning. Gives back the chats of which something may have been missed meanwhile. */
  readonly goLive: (first: FirstReading, tick: Tick) => ReadonlySet<ChatId>
  /** Up to `limit` of the events that wait, the longest waiting first; undefined when there are none. */
  readonly take: (limit: number, settled: Settled | undefined) => InboxBatch | undefined
  /** Whatever its state is, has it look what to do next. */
  readonly wake: () => void
}

/**
 * - beginning: connected, and what it is told first is read and told, part by part. What rounds read meanwhile may be older or
 *   newer than that, so nothing of it is kept but which chats it was about: these are read again.
 * - live, since a tick: the last part of that is what waits for it. From now on it takes what was read by readings that began
 *   after the tick; one that began before may be older than the first, and is not taken.
 *
 * So a reading that is older never comes after one that is newer, whichever is answered first. What waits is at most one
 * event a chat: a newer one takes the place of the one that was not taken yet, and its turn.
 *
 * What waits says nothing of when it was kept. The moment that a stream has been told until goes on when everything is taken
 * that was waiting when another moment was settled: that is the mark, with how much of it is left.
 */
export const inboxStream = (wake: () => void): InboxStream => {
  let liveSince: Tick | undefined
  let told = BEGINNING_OF_TIME
  let mark: { readonly moment: Moment; left: number } | undefined
  let chats: InboxEvent | undefined
  const missed = new Set<ChatId>()
  const waiting = new Map<ChatId, EntryEvent>()

  const setMark = (settled: Settled | undefined) => {
    if (mark || !settled || liveSince === undefined || settled.tick <= liveSince || settled.moment <= told) return
    mark = { moment: settled.moment, left: waiting.size }
  }

  const takeEvents = (limit: number): readonly InboxEvent[] => {
    const entries = waiting.size > limit ? [...waiting.values()].slice(0, limit) : [...waiting.values()]
    for (const { chatId } of entries) waiting.delete(chatId)
    if (mark) mark.left -= entries.length
    const events = chats ? [chats, ...entries] : entries
    chats = undefined
    return events
  }

  return {
    offer: (event, readAt) => {
      if (liveSince === undefined) {
        missed.add(event.chatId)
        return true
      }
      if (readAt <= liveSince) return false
      waiting.set(event.chatId, event)
      wake()
      return true
    },
    goLive: ({ events, chatIds, before, after }, tick) => {
      for (const event of events) waiting.set(event.chatId, event)
      if (chatIds) chats = { kind: 'chats', chatIds }
      told = before
      mark = { moment: after, left: waiting.size }
      liveSince = tick
      const all = new Set(missed)
      missed.clear()
      return all
    },
    take: (limit, settled) => {
      setMark(settled)
      const before = told
      const events = takeEvents(limit)
      if (mark && mark.left <= 0) {
        told = mark.moment
        mark = undefined
      }
      return events.length === 0 ? undefined : { events, before, after: told }
    },
    wake,
  }
}
