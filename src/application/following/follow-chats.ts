import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Change } from '../../domain/chat/change.ts'
import type { ChatId, Revision } from '../../domain/identity.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { Journal } from '../ports/journal.ts'
import type { ChatNotFound } from '../../domain/chat/not-found.ts'
import { PAGE, type Tail, type Tails, told } from './recent-changes.ts'

/** A chat to follow, after a revision; without one, from now on. */
export interface Place {
  readonly chatId: ChatId
  readonly after?: Revision | undefined
}

export interface FollowChatsCommand {
  readonly places: readonly Place[]
  /** Whether chats that are not there were there before: then they are told of as removed, or left out. */
  readonly resumed?: boolean
}

/** A place that the chat has not reached. */
export interface PlaceAhead {
  readonly kind: 'PlaceAhead'
  readonly chatId: ChatId
  readonly after: Revision
  readonly revision: Revision
}

/** Changes of one chat, in order, each at most once; or that the chat was removed, after which nothing comes of it. */
export type Happening =
  | { readonly kind: 'changed'; readonly chatId: ChatId; readonly changes: readonly Change[]; readonly live: boolean }
  | { readonly kind: 'removed'; readonly chatId: ChatId }

/** Where a follower is in a chat, and where the chat was when it asked. */
export interface Position {
  readonly cursor: Revision
  readonly head: Revision
}

export interface Following {
  readonly positions: ReadonlyMap<ChatId, Position>
  /** Ends when every chat is gone, when `stop` says so, or when the journal does not answer: then resume. */
  readonly happenings: (stop: AbortSignal) => AsyncGenerator<Happening, void>
}

export type FollowChatsError = ChatNotFound | PlaceAhead | Unavailable

export type FollowChats = (command: FollowChatsCommand) => TE.TaskEither<FollowChatsError, Following>

/**
 * What happened since each place, then what happens, without a gap. Rings only wake; every change is read from the
 * journal, so a lost, doubled or early ring does no harm, and resuming is starting at a later place.
 */
export const followChats =
  (journal: Journal, tails: Tails): FollowChats =>
  ({ places, resumed = false }) =>
    pipe(
      journal.revisions(places.map(({ chatId }) => chatId)),
      TE.flatMapEither((revisions) => begin(places, revisions, resumed)),
      TE.map(({ positions, removed }) => ({
        positions,
        happenings: (stop: AbortSignal) => happen(journal, tails, positions, removed, stop),
      })),
    )

const begin = (places: readonly Place[], revisions: ReadonlyMap<ChatId, Revision>, resumed: boolean) => {
  const positions = new Map<ChatId, Position>()
  const removed: ChatId[] = []
  for (const { chatId, after } of places) {
    const revision = revisions.get(chatId)
    if (revision === undefined) {
      if (!resumed) return E.left<FollowChatsError>({ kind: 'ChatNotFound', chatId })
      if (after !== undefined) removed.push(chatId)
    } else if (after !== undefined && after > revision) {
      return E.left<FollowChatsError>({ kind: 'PlaceAhead', chatId, after, revision })
    } else positions.set(chatId, { cursor: after ?? revision, head: revision })
  }
  const [first] = places
  // Nothing to tell and nothing to wait for: a client that came back to an end would do so for ever.
  if (positions.size === 0 && removed.length === 0 && first)
    return E.left<FollowChatsError>({ kind: 'ChatNotFound', chatId: first.chatId })
  return E.right({ positions, removed })
}

async function* happen(
  journal: Journal,
  tails: Tails,
  positions: ReadonlyMap<ChatId, Position>,
  removed: readonly ChatId[],
  stop: AbortSignal,
): AsyncGenerator<Happening, void> {
  for (const chatId of removed) yield { kind: 'removed', chatId }

  const isOver = () => stop.aborted
  const doorbell = aDoorbell()
  const followed = new Map(
    Array.from(positions, ([chatId, { cursor, head }]) => [chatId, aPlace(tails.of(chatId, head), cursor)]),
  )
  const leave = Array.from(followed.values(), ({ tail }) => tail.subscribe(doorbell.ring))
  stop.addEventListener('abort', doorbell.ring)
  try {
    while (followed.size > 0 && !isOver()) {
      let quiet = true
      for (const [chatId, place] of followed) {
        const known = place.tail.after(place.cursor)
        const happening = known ? live(chatId, place, known) : await caughtUp(journal, chatId, place.cursor)
        if (happening === undefined) continue
        if (happening === 'unavailable') return
        quiet = false
        if (happening.kind === 'removed') followed.delete(chatId)
        else place.cursor = happening.changes.at(-1)?.revision ?? place.cursor
        yield happening
        if (isOver()) return
      }
      if (quiet) await doorbell.rung()
    }
  } finally {
    stop.removeEventListener('abort', doorbell.ring)
    for (const unsubscribe of leave) unsubscribe()
  }
}

const aPlace = (tail: Tail, cursor: Revision) => ({ tail, cursor })

const live = (chatId: ChatId, { tail }: { tail: Tail }, changes: readonly Change[]): Happening | undefined => {
  if (changes.length > 0) return { kind: 'changed', chatId, changes, live: true }
  return tail.gone() ? { kind: 'removed', chatId } : undefined
}

/** One page of what the tail does not remember. */
const caughtUp = async (journal: Journal, chatId: ChatId, cursor: Revision): Promise<Happening | 'unavailable'> => {
  const page = await journal.since(chatId, cursor, PAGE)()
  if (E.isRight(page)) return { kind: 'changed', chatId, changes: told(cursor, page.right).changes, live: false }
  return page.left.kind === 'ChatNotFound' ? { kind: 'removed', chatId } : 'unavailable'
}

const aDoorbell = () => {
  let { promise, resolve } = Promise.withResolvers<void>()
  return {
    ring: () => resolve(),
    rung: async () => {
      await promise
      ;({ promise, resolve } = Promise.withResolvers<void>())
    },
  }
}
