import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, Forbidden, UserId } from '../../domain/caller.ts'
import { mayReadInbox } from '../../domain/chat/reading.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { Inboxes, UnreadTotal } from '../ports/inboxes.ts'

export type GetUnreadError = Forbidden | Unavailable

export type GetUnread = (caller: Caller, userId: UserId) => TE.TaskEither<GetUnreadError, UnreadTotal>

export const getUnread =
  (inboxes: Inboxes): GetUnread =>
  (caller, userId) => {
    const allowed = mayReadInbox(caller, userId)
    return E.isLeft(allowed) ? TE.left(allowed.left) : inboxes.unread(userId)
  }
