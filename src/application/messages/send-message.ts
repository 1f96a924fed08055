import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as Chat from '../../domain/chat/chat.ts'
import type { ChatId } from '../../domain/identity.ts'
import type { Intent, KeyReused } from '../../domain/intent.ts'
import type { Message, MessageText } from '../../domain/chat/message.ts'
import type { Chats, Once } from '../ports/chats.ts'
import type { Clock } from '../ports/clock.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { ChatNotFound } from '../../domain/chat/not-found.ts'

export interface SendMessageCommand {
  readonly chatId: ChatId
  readonly text: MessageText
  readonly intent?: Intent | undefined
}

export type SendMessageError = ChatNotFound | KeyReused | Unavailable

export type SendMessage = (command: SendMessageCommand) => TE.TaskEither<SendMessageError, Once<Message>>

/** The message as it was posted, also when it was posted before under the same intent and changed since. */
export const sendMessage =
  (chats: Chats, clock: Clock): SendMessage =>
  ({ chatId, text, intent }) =>
    pipe(
      chats.post(chatId, Chat.post(text, clock.now()), intent),
      TE.map(({ done, replayed }) => ({ done: { ...done, text, editedAt: null }, replayed })),
    )
