import type { Caller } from '../../domain/caller.ts'
import type { ChatId, Revision } from '../../domain/identity.ts'
import { type ReportFailure, unreported } from '../ports/background.ts'
import type { Journal, Sight } from '../ports/journal.ts'
import type { Batch } from './batch.ts'
import { caughtUp, seenNow } from './catching-up.ts'
import type { FollowedChats } from './followed-chats.ts'
import type { Happening, Signalled, Told } from './happening.ts'
import type { RecentChanges } from './recent-changes.ts'
import { seenOf } from './seen-changes.ts'
import { type Attention, attentionOf } from './signals/attention.ts'
import type { FollowedSignals } from './signals/followed-signals.ts'
import { wakeUp } from './wake-up.ts'

/** Where a follower is in a chat, and what it saw of the chat when it asked. */
export interface Position {
  readonly cursor: Revision
  readonly sight: Sight
}

/** Where a follower begins, and which of its chats were removed since it was last here. */
export interface Beginning {
  readonly caller: Caller
  readonly positions: ReadonlyMap<ChatId, Position>
  readonly removed: readonly ChatId[]
}

export interface Sources {
  readonly journal: Journal
  readonly chats: FollowedChats
  readonly signals: FollowedSignals
  readonly onFailure?: ReportFailure | undefined
}

/**
 * In each chat a follower is live or catching up, told apart anew at every step by its cursor alone. It is live while the
 * recent changes reach back to its cursor: it is handed what came since, or waits to be woken. It is catching up while they
 * do not: it reads the journal a page at a time, without waiting. It may fall back to that at any time, when it takes its
 * batches more slowly than changes come.
 *
 * Signals come last: one batch, when there is nothing else in any of its chats, and then changes are looked for again.
 *
 * It has left a chat for good once it told of its removal, or of the last change that it may see, and ends when it has left
 * all of them, when `stop` says so, when one of them went back to an earlier revision than it was told of, or when the journal
 * fails while it is catching up. Live followers wait for the journal to come back.
 */
export async function* happeningsFrom(
  { journal, chats, signals, onFailure = unreported }: Sources,
  { caller, positions, removed }: Beginning,
  stop: AbortSignal,
): AsyncGenerator<Happening, void> {
  for (const chatId of removed) yield { kind: 'removed', chatId }

  const isStopped = () => stop.aborted
  const news = wakeUp()
  /** Whether there may be signals: who only hears of messages looks for none. */
  let mayBeSignals = false
  const onSignals = () => {
    mayBeSignals = true
    news.raise()
  }
  const followed = new Map(
    Array.from(positions, ([chatId, { cursor, sight }]) => {
      const attention = attentionOf(signals, caller, chatId, sight, onSignals)
      return [chatId, { cursor, sight, attention, ...chats.follow(chatId, sight.chat.revision, news.raise) }]
    }),
  )
  const leaving = [...followed.values()]
  stop.addEventListener('abort', news.raise)
  try {
    while (followed.size > 0 && !isStopped()) {
      let isQuiet = true
      for (const [chatId, place] of followed) {
        if (place.recent.ending() === 'went back') return
        const batch = place.recent.after(place.cursor)
        const next =
          batch === 'forgotten' ? await caughtUp(journal, chatId, place.cursor) : live(chatId, place.recent, batch)
        if (next === undefined) continue
        if (next === 'went back') return
        if ('failure' in next) return onFailure('read', next.failure)
        isQuiet = false
        if (next.kind === 'removed') {
          followed.delete(chatId)
          yield next
        } else {
          const seen = next.batch.ahead
            ? await seenNow(journal, caller, place.sight, next.batch)
            : seenOf(caller, place.sight, next.batch)
          if ('failure' in seen) return onFailure('read', seen.failure)
          const { batch, sight, isOver } = seen
          place.sight = sight
          place.attention.as(sight)
          place.cursor = batch.upTo
          if (isOver) followed.delete(chatId)
          // Revisions of messages that were deleted by hand make a batch of nothing, which still leads on.
          if (batch.changes.length > 0) yield batch === next.batch ? next : { ...next, batch, isLast: isOver }
        }
        if (isStopped()) return
      }
      if (!isQuiet) continue
      const signalled: Signalled | undefined = mayBeSignals ? signalledIn(followed) : undefined
      mayBeSignals = signalled !== undefined
      if (signalled) yield signalled
      else await news.raised()
    }
  } finally {
    stop.removeEventListener('abort', news.raise)
    for (const { leave, attention } of leaving) {
      leave()
      attention.end()
    }
  }
}

const live = (chatId: ChatId, recent: RecentChanges, batch: Batch | undefined): Told | undefined => {
  if (batch) return { kind: 'changed', chatId, batch, live: true }
  return recent.ending() === 'removed' ? { kind: 'removed', chatId } : undefined
}

/** The first signals that there are in any of the chats. */
const signalledIn = (followed: ReadonlyMap<ChatId, { readonly attention: Attention }>): Signalled | undefined => {
  for (const [chatId, { attention }] of followed) {
    const batch = attention.next()
    if (batch) return { kind: 'signalled', chatId, batch }
  }
  return undefined
}
