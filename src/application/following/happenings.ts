import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { ChatId, Revision } from '../../domain/identity.ts'
import { type ReportFailure, unreported } from '../ports/background.ts'
import type { Caller } from '../../domain/caller.ts'
import type { Journal, Sight } from '../ports/journal.ts'
import type { Batch } from './batch.ts'
import type { FollowedChats } from './followed-chats.ts'
import { readBatch } from './read-batch.ts'
import type { RecentChanges } from './recent-changes.ts'
import { type Seen, seenOf, seenOfHidden } from './seen-changes.ts'
import { wakeUp } from './wake-up.ts'

/**
 * Changes of one chat, in order, each at most once; or that the chat was removed, after which nothing comes of it. Nothing
 * comes either after the last change that the follower may see.
 */
export type Happening =
  | {
      readonly kind: 'changed'
      readonly chatId: ChatId
      readonly batch: Batch
      readonly live: boolean
      readonly isLast?: boolean
    }
  | { readonly kind: 'removed'; readonly chatId: ChatId }

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
  readonly onFailure?: ReportFailure | undefined
}

/**
 * In each chat a follower is live or catching up, told apart anew at every step by its cursor alone. It is live while the
 * recent changes reach back to its cursor: it is handed what came since, or waits to be woken. It is catching up while they
 * do not: it reads the journal a page at a time, without waiting. It may fall back to that at any time, when it takes its
 * batches more slowly than changes come.
 *
 * It has left a chat for good once it told of its removal, or of the last change that it may see, and ends when it has left
 * all of them, when `stop` says so, when one of them went back to an earlier revision than it was told of, or when the journal
 * fails while it is catching up. Live followers wait for the journal to come back.
 */
export async function* happeningsFrom(
  { journal, chats, onFailure = unreported }: Sources,
  { caller, positions, removed }: Beginning,
  stop: AbortSignal,
): AsyncGenerator<Happening, void> {
  for (const chatId of removed) yield { kind: 'removed', chatId }

  const isStopped = () => stop.aborted
  const news = wakeUp()
  const followed = new Map(
    Array.from(positions, ([chatId, { cursor, sight }]) => [
      chatId,
      { cursor, sight, ...chats.follow(chatId, sight.chat.revision, news.raise) },
    ]),
  )
  const leaving = Array.from(followed.values(), ({ leave }) => leave)
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
          place.cursor = batch.upTo
          if (isOver) followed.delete(chatId)
          // Revisions of messages that were deleted by hand make a batch of nothing, which still leads on.
          if (batch.changes.length > 0) yield batch === next.batch ? next : { ...next, batch, isLast: isOver }
        }
        if (isStopped()) return
      }
      if (isQuiet) await news.raised()
    }
  } finally {
    stop.removeEventListener('abort', news.raise)
    for (const leave of leaving) leave()
  }
}

const live = (chatId: ChatId, recent: RecentChanges, batch: Batch | undefined): Happening | undefined => {
  if (batch) return { kind: 'changed', chatId, batch, live: true }
  return recent.ending() === 'removed' ? { kind: 'removed', chatId } : undefined
}

/** Looks up whether the follower became a member, where nothing but that would let it see what is in the batch. */
const seenNow = async (
  journal: Journal,
  caller: Caller,
  sight: Sight,
  batch: Batch,
): Promise<Seen | { readonly failure: unknown }> => {
  const hidden = seenOfHidden(caller, sight, batch)
  if (!hidden) return seenOf(caller, sight, batch)
  const { id } = sight.chat
  const sights = await TE.tryCatch(journal.sights(caller, [id]), (defect) => defect)()
  if (E.isLeft(sights)) return { failure: sights.left }
  if (E.isLeft(sights.right)) return { failure: sights.right.left.cause }
  return sights.right.right.has(id) ? seenOf(caller, sight, batch) : hidden
}

type CaughtUp = Happening | 'went back' | { readonly failure: unknown }

const caughtUp = async (journal: Journal, chatId: ChatId, cursor: Revision): Promise<CaughtUp> => {
  const page = await TE.tryCatch(readBatch(journal, chatId, cursor), (defect) => defect)()
  if (E.isLeft(page)) return { failure: page.left }
  if (E.isRight(page.right)) {
    const { batch } = page.right.right
    // More is remembered than there is.
    return batch.upTo === cursor ? 'went back' : { kind: 'changed', chatId, batch, live: false }
  }
  const { left } = page.right
  switch (left.kind) {
    case 'ChatNotFound':
      return { kind: 'removed', chatId }
    case 'ChatWentBack':
      return 'went back'
    case 'Unavailable':
      return { failure: left.cause }
  }
}
