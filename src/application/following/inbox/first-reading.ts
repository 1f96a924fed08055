import * as E from 'fp-ts/lib/Either.js'
import type { UserId } from '../../../domain/caller.ts'
import { type ChatId, type MessagePosition, Revision } from '../../../domain/identity.ts'
import type { Unavailable } from '../../ports/failures.ts'
import { BEGINNING_OF_TIME, type Inboxes, type Moment } from '../../ports/inboxes.ts'
import type { FollowedUser } from './followed-users.ts'
import type { EntryEvent } from './inbox-event.ts'
import type { FirstReading, InboxStream } from './inbox-stream.ts'
import { entryEvents, type Telling } from './telling.ts'

/** Where a stream begins. */
export interface Start {
  readonly userId: UserId
  /** Until where its client has been told. */
  readonly after: Moment
  /** Chats that it may have since then; undefined when it is to be told which there are. */
  readonly had: readonly ChatId[] | undefined
}

/** Where a chat and the user's marker in it stood, before the first reading. */
interface Whereabouts {
  readonly marker: MessagePosition
  readonly revision: Revision
}

/** Of somebody whose other streams have it entered nothing need be known. */
const whereabouts = async (
  inboxes: Inboxes,
  { id, isEntered }: FollowedUser,
): Promise<E.Either<Unavailable, ReadonlyMap<ChatId, Whereabouts>>> => {
  if (isEntered) return E.right(new Map())
  const markers = await inboxes.markersOf([id])()
  if (E.isLeft(markers)) return markers
  const heads = await inboxes.heads(markers.right.map(({ chatId }) => chatId))()
  if (E.isLeft(heads)) return heads
  const found = markers.right.flatMap(({ chatId, readMessageId }) => {
    const head = heads.right.get(chatId)
    return head ? [[chatId, { marker: readMessageId, revision: head.revision }] as const] : []
  })
  return E.right(new Map(found))
}

/** Entries of chats that changed, and that are gone. */
const changedEvents = async (
  inboxes: Inboxes,
  userId: UserId,
  changed: readonly ChatId[],
): Promise<E.Either<Unavailable, readonly EntryEvent[]>> => {
  if (changed.length === 0) return E.right([])
  const entries = await inboxes.entries(changed.map((chatId) => ({ chatId, userId })))()
  if (E.isLeft(entries)) return entries
  const found = new Map(entries.right.news.map((news) => [news.chat.id, entryEvents(news)]))
  return E.right(changed.flatMap((chatId) => found.get(chatId) ?? [{ kind: 'removed' as const, chatId }]))
}

/** Chats are entered as they stood before what was read, so that whatever came after is found by comparing. */
const enterChats = (
  { followed, due }: Telling,
  user: FollowedUser,
  chatIds: readonly ChatId[],
  known: ReadonlyMap<ChatId, Whereabouts>,
) => {
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
 * Reads what a stream that was just connected is told first, and makes it live. In this order: where everything stands, unless
 * that is known; which chats there are and which changed since; their entries. A moment that is not reached yet is from another
 * time of the store: then everything is told.
 */
export const readFirst = async (
  telling: Telling,
  stream: InboxStream,
  user: FollowedUser,
  { after, had }: Start,
): Promise<E.Either<Unavailable, undefined>> => {
  const { inboxes, due, progress } = telling
  const known = await whereabouts(inboxes, user)
  if (E.isLeft(known)) return known
  const since = await inboxes.since(user.id, after)()
  if (E.isLeft(since)) return since
  const { chatIds, changed, moment } = since.right
  const isAhead = after > moment
  const events = await changedEvents(inboxes, user.id, isAhead ? chatIds : changed)
  if (E.isLeft(events)) return events
  progress.read(moment)

  const present = new Set(chatIds)
  const gone = (had ?? []).filter((chatId) => !present.has(chatId))
  const first: FirstReading = {
    events: [...gone.map((chatId) => ({ kind: 'removed' as const, chatId })), ...events.right],
    chatIds: had ? undefined : chatIds,
    before: isAhead ? BEGINNING_OF_TIME : after,
    after: moment,
  }
  const missed = stream.goLive(first, progress.next())
  enterChats(telling, user, chatIds, known.right)
  for (const chatId of missed) due.entry(chatId, user.id)
  return E.right(undefined)
}
