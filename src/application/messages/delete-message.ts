import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, Forbidden } from '../../domain/caller.ts'
import { erase } from '../../domain/chat/message-decisions.ts'
import type { Expectation, Stale } from '../../domain/expectation.ts'
import type { ChatId, MessageId } from '../../domain/identity.ts'
import type { Chats } from '../ports/chats.ts'
import type { Clock } from '../ports/clock.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { ChatNotFound, MessageNotFound } from '../../domain/chat/not-found.ts'

export interface DeleteMessageCommand {
  readonly chatId: ChatId
  readonly messageId: MessageId
  readonly expected?: Expectation
}

export type DeleteMessageError = ChatNotFound | MessageNotFound | Forbidden | Stale | Unavailable

export type DeleteMessage = (caller: Caller, command: DeleteMessageCommand) => TE.TaskEither<DeleteMessageError, void>

/** Erases the text at once and leaves a tombstone. */
export const deleteMessage =
  (chats: Chats, clock: Clock): DeleteMessage =>
  (caller, { chatId, messageId, expected }) =>
    pipe(
      chats.decide(caller, { chatId, messageId }, erase(caller, { messageId, expected, at: clock.now() })),
      TE.map(() => undefined),
    )
