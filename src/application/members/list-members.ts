import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller } from '../../domain/caller.ts'
import type { ChatNotFound } from '../../domain/chat/not-found.ts'
import type { ChatId } from '../../domain/identity.ts'
import type { Chats } from '../ports/chats.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { MemberPage, MemberSelection } from '../ports/page.ts'

export interface ListMembersQuery {
  readonly chatId: ChatId
  readonly selection: MemberSelection
}

export type ListMembersError = ChatNotFound | Unavailable

export type ListMembers = (caller: Caller, query: ListMembersQuery) => TE.TaskEither<ListMembersError, MemberPage>

export const listMembers =
  (chats: Chats): ListMembers =>
  (caller, { chatId, selection }) =>
    chats.members(caller, chatId, selection)
