import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, UserId } from '../../domain/caller.ts'
import type { ShownMember } from '../../domain/chat/reading.ts'
import type { ChatNotFound, MemberNotFound } from '../../domain/chat/not-found.ts'
import type { ChatId } from '../../domain/identity.ts'
import type { Chats } from '../ports/chats.ts'
import type { Unavailable } from '../ports/failures.ts'

export interface GetMemberQuery {
  readonly chatId: ChatId
  readonly userId: UserId
}

export type GetMemberError = ChatNotFound | MemberNotFound | Unavailable

export type GetMember = (caller: Caller, query: GetMemberQuery) => TE.TaskEither<GetMemberError, ShownMember>

export const getMember =
  (chats: Chats): GetMember =>
  (caller, { chatId, userId }) =>
    chats.findMember(caller, chatId, userId)
