import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, Forbidden, UserId } from '../../../domain/caller.ts'
import { mayReadInbox } from '../../../domain/chat/reading.ts'
import type { Unavailable } from '../../ports/failures.ts'
import { BEGINNING_OF_TIME, type Inboxes, type Moment } from '../../ports/inboxes.ts'
import type { Start } from './first-reading.ts'
import type { FollowedInboxes } from './followed-inboxes.ts'
import type { InboxBatch } from './inbox-event.ts'
import { whereabouts } from './whereabouts.ts'

export interface FollowInboxCommand {
  readonly userId: UserId
  /** Until where the client was told before; undefined when it begins now. */
  readonly after: Moment | undefined
}

export interface InboxFollowing {
  /** Until where the client has been told before anything comes. */
  readonly moment: Moment
  /** Ends when `stop` says so, and for nothing else. */
  readonly batches: (stop: AbortSignal) => AsyncGenerator<InboxBatch, void>
}

export type FollowInboxError = Forbidden | Unavailable

export type FollowInbox = (
  caller: Caller,
  command: FollowInboxCommand,
) => TE.TaskEither<FollowInboxError, InboxFollowing>

/**
 * What changed in an inbox since a moment, or from now on. Who begins now has been told until the moment that is asked for first,
 * and is told what is elsewhere by the time that it is followed than it was after that moment.
 */
export const followInbox =
  (inboxes: Inboxes, followed: FollowedInboxes): FollowInbox =>
  (caller, { userId, after }) => {
    const allowed = mayReadInbox(caller, userId)
    if (E.isLeft(allowed)) return TE.left(allowed.left)
    const from = (start: Start): InboxFollowing => ({
      moment: start.after,
      batches: (stop) => followed.follow(start, stop),
    })
    return pipe(
      inboxes.since(userId, after ?? BEGINNING_OF_TIME),
      TE.flatMap(({ moment }) =>
        after === undefined
          ? pipe(
              whereabouts(inboxes, userId),
              TE.map((had) => from({ userId, after: moment, isResumed: false, had })),
            )
          : TE.right(from({ userId, after, isResumed: true, had: undefined })),
      ),
    )
  }
