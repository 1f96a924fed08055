import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as Chat from '../domain/chat.ts'
import type { ChatId, MessageId } from '../domain/identity.ts'
import type { Message, MessageText } from '../domain/message.ts'
import type { ChatNotFound, Chats, Clock, MessageNotFound, Unavailable } from './ports.ts'

export interface EditMessageCommand {
  readonly chatId: ChatId
  readonly messageId: MessageId
  readonly text: MessageText
}

export type EditMessageError = ChatNotFound | MessageNotFound | Unavailable

export type EditMessage = (command: EditMessageCommand) => TE.TaskEither<EditMessageError, Message>

export const editMessage =
  (chats: Chats, clock: Clock): EditMessage =>
  ({ chatId, messageId, text }) => {
    const edit = Chat.edit(text, clock.now())
    return pipe(
      chats.changeMessage(chatId, messageId, (chat, message) => E.right(edit(chat, message))),
      TE.map(({ message }) => message),
    )
  }
