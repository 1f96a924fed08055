import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, Forbidden } from '../../domain/caller.ts'
import type { ChatNotFound, MessageNotFound } from '../../domain/chat/not-found.ts'
import type { ReactionNotFound } from '../../domain/chat/reaction.ts'
import { unreact } from '../../domain/chat/reaction-decisions.ts'
import type { Chats } from '../ports/chats.ts'
import type { Clock } from '../ports/clock.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { ReactionCommand } from './add-reaction.ts'

export type RemoveReactionError = ChatNotFound | MessageNotFound | Forbidden | ReactionNotFound | Unavailable

export type RemoveReaction = (caller: Caller, command: ReactionCommand) => TE.TaskEither<RemoveReactionError, void>

/** Takes the caller's reaction back. */
export const removeReaction =
  (chats: Chats, clock: Clock): RemoveReaction =>
  (caller, { chatId, messageId, reaction }) =>
    pipe(
      chats.decide(caller, { chatId, messageId, reaction }, unreact(caller, { messageId, reaction, at: clock.now() })),
      TE.map(() => undefined),
    )
