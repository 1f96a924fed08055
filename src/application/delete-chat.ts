import type * as TE from 'fp-ts/lib/TaskEither.js'
import * as Chat from '../domain/chat.ts'
import type { Expectation, Stale } from '../domain/expectation.ts'
import type { ChatId } from '../domain/identity.ts'
import type { ChatNotFound, Chats, Unavailable } from './ports.ts'

export interface DeleteChatCommand {
  readonly chatId: ChatId
  readonly expected?: Expectation
}

export type DeleteChatError = ChatNotFound | Stale | Unavailable

export type DeleteChat = (command: DeleteChatCommand) => TE.TaskEither<DeleteChatError, void>

/** The messages go with the chat. */
export const deleteChat =
  (chats: Chats): DeleteChat =>
  ({ chatId, expected }) =>
    chats.remove(chatId, Chat.close(expected))
