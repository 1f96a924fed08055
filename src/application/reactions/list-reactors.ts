import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, UserId } from '../../domain/caller.ts'
import type { ChatNotFound, MessageNotFound } from '../../domain/chat/not-found.ts'
import type { Reaction } from '../../domain/chat/reaction.ts'
import type { ChatId, MessageId } from '../../domain/identity.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { Page } from '../ports/page.ts'
import type { Reactions, ReactorSelection } from '../ports/reactions.ts'

export interface ListReactorsQuery {
  readonly chatId: ChatId
  readonly messageId: MessageId
  readonly reaction: Reaction
  readonly selection: ReactorSelection
}

export type ListReactorsError = ChatNotFound | MessageNotFound | Unavailable

export type ListReactors = (caller: Caller, query: ListReactorsQuery) => TE.TaskEither<ListReactorsError, Page<UserId>>

/** Who reacted so to the message. */
export const listReactors =
  (reactions: Reactions): ListReactors =>
  (caller, { chatId, messageId, reaction, selection }) =>
    reactions.users(caller, chatId, messageId, reaction, selection)
