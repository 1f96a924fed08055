import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, Forbidden } from '../../domain/caller.ts'
import type { ChatNotFound, MessageNotFound } from '../../domain/chat/not-found.ts'
import type { Reaction, TooManyReactions } from '../../domain/chat/reaction.ts'
import { react } from '../../domain/chat/reaction-decisions.ts'
import type { ChatId, MessageId } from '../../domain/identity.ts'
import type { Chats } from '../ports/chats.ts'
import type { Clock } from '../ports/clock.ts'
import type { Unavailable } from '../ports/failures.ts'

export interface ReactionCommand {
  readonly chatId: ChatId
  readonly messageId: MessageId
  readonly reaction: Reaction
}

export type AddReactionError = ChatNotFound | MessageNotFound | Forbidden | TooManyReactions | Unavailable

export type AddReaction = (caller: Caller, command: ReactionCommand) => TE.TaskEither<AddReactionError, void>

/** Reacts for the caller. Again, it changes nothing. */
export const addReaction =
  (chats: Chats, clock: Clock): AddReaction =>
  (caller, { chatId, messageId, reaction }) =>
    pipe(
      chats.decide(caller, { chatId, messageId, reaction }, react(caller, { messageId, reaction, at: clock.now() })),
      TE.map(() => undefined),
    )
