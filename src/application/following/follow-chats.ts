import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller } from '../../domain/caller.ts'
import type { ChatId, Revision } from '../../domain/identity.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { Sight } from '../ports/journal.ts'
import type { ChatNotFound } from '../../domain/chat/not-found.ts'
import type { Happening } from './happening.ts'
import { type Beginning, happeningsFrom, type Position, type Sources } from './happenings.ts'

/** A chat to follow, after a revision; without one, from now on. */
export interface Place {
  readonly chatId: ChatId
  readonly after?: Revision | undefined
}

export interface FollowChatsCommand {
  readonly places: readonly Place[]
  /** Whether the follower was here before: then a chat that is not there was removed, or is left out if it had no place. */
  readonly resumed?: boolean
}

/** A place that the chat has not reached. */
export interface PlaceAhead {
  readonly kind: 'PlaceAhead'
  readonly chatId: ChatId
  readonly after: Revision
  readonly revision: Revision
}

export interface Following {
  readonly positions: ReadonlyMap<ChatId, Position>
  /**
   * Ends when every chat is gone or `stop` says so. Also when the journal fails, or when a chat went back to an earlier
   * revision: then resume, which in the second case is refused with where the chat is.
   */
  readonly happenings: (stop: AbortSignal) => AsyncGenerator<Happening, void>
}

export type FollowChatsError = ChatNotFound | PlaceAhead | Unavailable

export type FollowChats = (caller: Caller, command: FollowChatsCommand) => TE.TaskEither<FollowChatsError, Following>

/**
 * What happened since each place, then what happens, without a gap. Rings only wake; every change is read from the
 * journal, so a lost, doubled or early ring does no harm, and resuming is starting at a later place.
 */
export const followChats =
  (sources: Sources): FollowChats =>
  (caller, { places, resumed = false }) =>
    pipe(
      sources.journal.sights(
        caller,
        places.map(({ chatId }) => chatId),
      ),
      TE.flatMapEither((sights) => begin(caller, places, sights, resumed)),
      TE.map((beginning) => ({
        positions: beginning.positions,
        happenings: (stop: AbortSignal) => happeningsFrom(sources, beginning, stop),
      })),
    )

const begin = (
  caller: Caller,
  places: readonly Place[],
  sights: ReadonlyMap<ChatId, Sight>,
  resumed: boolean,
): E.Either<FollowChatsError, Beginning> => {
  const positions = new Map<ChatId, Position>()
  const removed: ChatId[] = []
  for (const { chatId, after } of places) {
    const sight = sights.get(chatId)
    if (!sight) {
      if (!resumed) return E.left({ kind: 'ChatNotFound', chatId })
      if (after !== undefined) removed.push(chatId)
      continue
    }
    const { revision } = sight.chat
    if (after !== undefined && after > revision) return E.left({ kind: 'PlaceAhead', chatId, after, revision })
    positions.set(chatId, { cursor: after ?? revision, sight })
  }
  const [first] = places
  // Nothing to tell and nothing to wait for: answer not found, or EventSource would reconnect for ever.
  if (positions.size === 0 && removed.length === 0 && first)
    return E.left({ kind: 'ChatNotFound', chatId: first.chatId })
  return E.right({ caller, positions, removed })
}
