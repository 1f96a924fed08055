import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, Forbidden } from '../../domain/caller.ts'
import type { Expectation, Stale } from '../../domain/expectation.ts'
import type { ChatId, MessageId } from '../../domain/identity.ts'
import type { Message, MessageText } from '../../domain/chat/message.ts'
import type { Metadata } from '../../domain/metadata.ts'
import { edit } from '../../domain/chat/message-decisions.ts'
import type { Chats } from '../ports/chats.ts'
import type { Clock } from '../ports/clock.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { ChatNotFound, MessageNotFound } from '../../domain/chat/not-found.ts'

export interface EditMessageCommand {
  readonly chatId: ChatId
  readonly messageId: MessageId
  readonly text?: MessageText | undefined
  readonly metadata?: Metadata | undefined
  readonly expected?: Expectation
}

export type EditMessageError = ChatNotFound | MessageNotFound | Forbidden | Stale | Unavailable

export type EditMessage = (caller: Caller, command: EditMessageCommand) => TE.TaskEither<EditMessageError, Message>

export const editMessage =
  (chats: Chats, clock: Clock): EditMessage =>
  (caller, { chatId, ...which }) =>
    pipe(
      chats.decide(caller, { chatId, messageId: which.messageId }, edit(caller, { ...which, at: clock.now() })),
      TE.map(({ message }) => message),
    )
