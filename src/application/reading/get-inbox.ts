import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, Forbidden, UserId } from '../../domain/caller.ts'
import { mayReadInbox } from '../../domain/chat/reading.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { Inboxes, InboxPage, InboxSelection } from '../ports/inboxes.ts'

export interface GetInboxQuery {
  readonly userId: UserId
  readonly selection: InboxSelection
}

export type GetInboxError = Forbidden | Unavailable

export type GetInbox = (caller: Caller, query: GetInboxQuery) => TE.TaskEither<GetInboxError, InboxPage>

/** Of a user that no chat knows, an empty one. */
export const getInbox =
  (inboxes: Inboxes): GetInbox =>
  (caller, { userId, selection }) => {
    const allowed = mayReadInbox(caller, userId)
    return E.isLeft(allowed) ? TE.left(allowed.left) : inboxes.page(userId, selection)
  }
