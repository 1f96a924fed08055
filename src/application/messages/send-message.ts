import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, Forbidden } from '../../domain/caller.ts'
import type { Message, NewMessage } from '../../domain/chat/message.ts'
import { post, type ReplyToNotFound } from '../../domain/chat/message-decisions.ts'
import type { ChatNotFound } from '../../domain/chat/not-found.ts'
import type { ChatId } from '../../domain/identity.ts'
import type { Intent, KeyReused, Once } from '../../domain/intent.ts'
import type { Chats } from '../ports/chats.ts'
import type { Clock } from '../ports/clock.ts'
import type { Unavailable } from '../ports/failures.ts'

export interface SendMessageCommand {
  readonly chatId: ChatId
  readonly message: NewMessage
  readonly intent?: Intent | undefined
}

export type SendMessageError = ChatNotFound | Forbidden | KeyReused | ReplyToNotFound | Unavailable

export type SendMessage = (
  caller: Caller,
  command: SendMessageCommand,
) => TE.TaskEither<SendMessageError, Once<Message>>

/** The message as it was posted, also when it was posted before under the same intent and changed since. */
export const sendMessage =
  (chats: Chats, clock: Clock): SendMessage =>
  (caller, { chatId, message, intent }) =>
    pipe(
      chats.decide(
        caller,
        { chatId, intent, replyTo: message.replyTo ?? undefined },
        post(caller, message, clock.now(), intent),
      ),
      TE.map(({ message, replayed }) => ({ done: message, replayed })),
    )
