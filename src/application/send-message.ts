import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as Chat from '../domain/chat.ts'
import type { ChatId } from '../domain/identity.ts'
import type { Message, MessageText } from '../domain/message.ts'
import type { ChatNotFound, Chats, Clock, Unavailable } from './ports.ts'

export interface SendMessageCommand {
  readonly chatId: ChatId
  readonly text: MessageText
}

export type SendMessageError = ChatNotFound | Unavailable

export type SendMessage = (command: SendMessageCommand) => TE.TaskEither<SendMessageError, Message>

export const sendMessage =
  (chats: Chats, clock: Clock): SendMessage =>
  ({ chatId, text }) => {
    const post = Chat.post(text, clock.now())
    return pipe(
      chats.change(chatId, (chat) => E.right(post(chat))),
      TE.map(({ message }) => message),
    )
  }
