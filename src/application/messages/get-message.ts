import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller } from '../../domain/caller.ts'
import type { ChatId, MessageId } from '../../domain/identity.ts'
import type { Message } from '../../domain/chat/message.ts'
import type { Chats } from '../ports/chats.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { ChatNotFound, MessageNotFound } from '../../domain/chat/not-found.ts'

export interface GetMessageQuery {
  readonly chatId: ChatId
  readonly messageId: MessageId
}

export type GetMessageError = ChatNotFound | MessageNotFound | Unavailable

export type GetMessage = (caller: Caller, query: GetMessageQuery) => TE.TaskEither<GetMessageError, Message>

export const getMessage =
  (chats: Chats): GetMessage =>
  (caller, { chatId, messageId }) =>
    chats.findMessage(caller, chatId, messageId)
