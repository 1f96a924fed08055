import * as E from 'fp-ts/lib/Either.js'
import type { UserId } from '../../../domain/caller.ts'
import { type ChatId, Revision } from '../../../domain/identity.ts'
import type { Unavailable } from '../../ports/failures.ts'
import { BEGINNING_OF_TIME, type Inboxes, type Moment } from '../../ports/inboxes.ts'
import type { FollowedUser } from './followed-users.ts'
import type { EntryEvent } from './inbox-event.ts'
import { entryEvents, type Telling } from './telling.ts'
import { movedOf, NOWHERE, type Whereabouts, whereabouts } from './whereabouts.ts'

/** Where a stream begins. */
export interface Start {
  readonly userId: UserId
  /** Until where its client has been told. */
  readonly after: Moment
  /** Whether it was here before, and is to be told which chats there are. */
  readonly isResumed: boolean
  /** Where everything stood when it was let in, unless it is resumed: of that nothing is told. Let go once it was compared. */
  had: Whereabouts | undefined
}

/** What a stream is told before it is live. */
export interface Beginning {
  readonly gone: readonly EntryEvent[]
  /** All chats of the inbox. */
  readonly present: readonly ChatId[]
  /** The same when the client is to be told them. */
  readonly chatIds: readonly ChatId[] | undefined
  /** Those whose entries are told. */
  readonly changed: readonly ChatId[]
  /** Until where the client has been told, before and after all of it. */
  readonly before: Moment
  readonly after: Moment
}

/** Entries of chats that changed, and that are gone. */
export const changedEvents = async (
  inboxes: Inboxes,
  userId: UserId,
  changed: readonly ChatId[],
): Promise<E.Either<Unavailable, readonly EntryEvent[]>> => {
  if (changed.length === 0) return E.right([])
  const entries = await inboxes.entries(changed.map((chatId) => ({ chatId, userId })))()
  if (E.isLeft(entries)) return entries
  const found = new Map(entries.right.news.flatMap(entryEvents).map((event) => [event.chatId, event]))
  return E.right(changed.map((chatId) => found.get(chatId) ?? { kind: 'removed', chatId }))
}

/** Chats are entered as they stood before what was read, so that whatever came after is found by comparing. */
const enterChats = ({ followed, due }: Telling, user: FollowedUser, chatIds: readonly ChatId[], known: Whereabouts) => {
  const present = new Set(chatIds)
  const suspect = [...user.markers.keys()].filter((chatId) => !present.has(chatId))
  for (const chatId of present) {
    if (user.markers.has(chatId)) continue
    const stood = user.isEntered ? undefined : known.get(chatId)
    followed.enter(user, chatId, stood?.revision ?? Revision.START, stood?.marker)
    if (!stood || followed.chats.get(chatId)?.revision !== stood.revision) suspect.push(chatId)
  }
  user.isEntered = true
  for (const chatId of suspect) due.entry(chatId, user.id)
}

/**
 * Reads what a stream that was just connected is to be told first, and has rounds read for its user from now on. In this order:
 * where everything stands, unless that is known; which chats there are and which changed since. Who begins now is told of those
 * that stand elsewhere than when it was let in: by time alone nobody could say. A moment that is not reached yet is from another
 * time of the store: then everything is told.
 */
export const readFirst = async (
  telling: Telling,
  user: FollowedUser,
  start: Start,
): Promise<E.Either<Unavailable, Beginning>> => {
  const { inboxes } = telling
  const { after, isResumed, had = NOWHERE } = start
  // Of somebody whose other streams have it entered nothing need be known but what may have moved.
  const known = user.isEntered && isResumed ? E.right(NOWHERE) : await whereabouts(inboxes, user.id)()
  if (E.isLeft(known)) return known
  const since = await inboxes.since(user.id, after)()
  if (E.isLeft(since)) return since
  const { chatIds, changed, moment } = since.right
  const isAhead = after > moment
  const moved = isResumed ? changed : movedOf(chatIds, had, known.right)

  const present = new Set(chatIds)
  const gone = [...had.keys()].filter((chatId) => !present.has(chatId))
  start.had = undefined
  enterChats(telling, user, chatIds, known.right)
  return E.right({
    gone: gone.map((chatId) => ({ kind: 'removed', chatId })),
    present: chatIds,
    chatIds: isResumed ? chatIds : undefined,
    changed: isAhead ? chatIds : moved,
    before: isAhead ? BEGINNING_OF_TIME : after,
    after: moment,
  })
}
