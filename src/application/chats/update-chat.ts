import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, Forbidden } from '../../domain/caller.ts'
import type { Chat } from '../../domain/chat/chat.ts'
import { change, type ChatChanges } from '../../domain/chat/chat-decisions.ts'
import type { ChatNotFound } from '../../domain/chat/not-found.ts'
import type { Expectation, Stale } from '../../domain/expectation.ts'
import type { ChatId } from '../../domain/identity.ts'
import type { Chats } from '../ports/chats.ts'
import type { Clock } from '../ports/clock.ts'
import type { Unavailable } from '../ports/failures.ts'

export interface UpdateChatCommand extends ChatChanges {
  readonly chatId: ChatId
  readonly expected?: Expectation
}

export type UpdateChatError = ChatNotFound | Forbidden | Stale | Unavailable

export type UpdateChat = (caller: Caller, command: UpdateChatCommand) => TE.TaskEither<UpdateChatError, Chat>

/** Changes what is named, all of it or nothing. */
export const updateChat =
  (chats: Chats, clock: Clock): UpdateChat =>
  (caller, { chatId, ...changes }) =>
    pipe(
      chats.decide(caller, { chatId }, change(caller, { ...changes, at: clock.now() })),
      TE.map(({ chat }) => chat),
    )
