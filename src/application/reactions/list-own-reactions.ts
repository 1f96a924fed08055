import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type Caller, type Forbidden, type UserId, userOf } from '../../domain/caller.ts'
import type { ChatNotFound } from '../../domain/chat/not-found.ts'
import { refused } from '../../domain/chat/permissions.ts'
import type { ChatId } from '../../domain/identity.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { Page } from '../ports/page.ts'
import type { MessageReaction, OwnReactionSelection, Reactions } from '../ports/reactions.ts'

export interface ListOwnReactionsQuery {
  readonly chatId: ChatId
  readonly userId: UserId
  readonly selection: OwnReactionSelection
}

export type ListOwnReactionsError = ChatNotFound | Forbidden | Unavailable

export type ListOwnReactions = (
  caller: Caller,
  query: ListOwnReactionsQuery,
) => TE.TaskEither<ListOwnReactionsError, Page<MessageReaction>>

/** How the user reacted to messages of the chat: a user asks for itself alone, once it may see the chat; a service for anybody. */
export const listOwnReactions =
  (reactions: Reactions): ListOwnReactions =>
  (caller, { chatId, userId, selection }) =>
    pipe(
      reactions.ofUser(caller, chatId, userId, selection),
      TE.flatMapEither((page): E.Either<Forbidden, Page<MessageReaction>> => {
        const own = userOf(caller)
        return own === null || own === userId ? E.right(page) : refused('A user asks for its own reactions alone')
      }),
    )
