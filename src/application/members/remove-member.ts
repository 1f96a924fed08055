import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, Forbidden, UserId } from '../../domain/caller.ts'
import { dismiss, type LastOwner } from '../../domain/chat/member-decisions.ts'
import type { ChatNotFound, MemberNotFound } from '../../domain/chat/not-found.ts'
import type { ChatId } from '../../domain/identity.ts'
import type { Chats } from '../ports/chats.ts'
import type { Clock } from '../ports/clock.ts'
import type { Unavailable } from '../ports/failures.ts'

export interface RemoveMemberCommand {
  readonly chatId: ChatId
  readonly userId: UserId
}

export type RemoveMemberError = ChatNotFound | MemberNotFound | Forbidden | LastOwner | Unavailable

export type RemoveMember = (caller: Caller, command: RemoveMemberCommand) => TE.TaskEither<RemoveMemberError, void>

/** A user that removes itself leaves. */
export const removeMember =
  (chats: Chats, clock: Clock): RemoveMember =>
  (caller, { chatId, userId }) =>
    pipe(
      chats.decide(caller, { chatId, target: userId }, dismiss(caller, { userId, at: clock.now() })),
      TE.map(() => undefined),
    )
