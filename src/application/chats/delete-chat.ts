import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, Forbidden } from '../../domain/caller.ts'
import { close } from '../../domain/chat/chat-decisions.ts'
import type { Expectation, Stale } from '../../domain/expectation.ts'
import type { ChatId } from '../../domain/identity.ts'
import type { Chats } from '../ports/chats.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { ChatNotFound } from '../../domain/chat/not-found.ts'

export interface DeleteChatCommand {
  readonly chatId: ChatId
  readonly expected?: Expectation
}

export type DeleteChatError = ChatNotFound | Forbidden | Stale | Unavailable

export type DeleteChat = (caller: Caller, command: DeleteChatCommand) => TE.TaskEither<DeleteChatError, void>

/** The messages go with the chat. */
export const deleteChat =
  (chats: Chats): DeleteChat =>
  (caller, { chatId, expected }) =>
    pipe(
      chats.decide(caller, { chatId }, close(caller, expected)),
      TE.map(() => undefined),
    )
