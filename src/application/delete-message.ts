import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as Chat from '../domain/chat.ts'
import type { ChatId, MessageId } from '../domain/identity.ts'
import type { ChatNotFound, Chats, Clock, MessageNotFound, Unavailable } from './ports.ts'

export interface DeleteMessageCommand {
  readonly chatId: ChatId
  readonly messageId: MessageId
}

export type DeleteMessageError = ChatNotFound | MessageNotFound | Unavailable

export type DeleteMessage = (command: DeleteMessageCommand) => TE.TaskEither<DeleteMessageError, void>

/** Erases the text at once and leaves a tombstone. */
export const deleteMessage =
  (chats: Chats, clock: Clock): DeleteMessage =>
  ({ chatId, messageId }) => {
    const erase = Chat.erase(clock.now())
    return pipe(
      chats.changeMessage(chatId, messageId, (chat, message) => E.right(erase(chat, message))),
      TE.map(() => undefined),
    )
  }
