import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { ChatId } from '../domain/identity.ts'
import type { ChatNotFound, Chats, Unavailable } from './ports.ts'

export interface DeleteChatCommand {
  readonly chatId: ChatId
}

export type DeleteChatError = ChatNotFound | Unavailable

export type DeleteChat = (command: DeleteChatCommand) => TE.TaskEither<DeleteChatError, void>

/** The messages go with the chat. */
export const deleteChat =
  (chats: Chats): DeleteChat =>
  ({ chatId }) =>
    chats.remove(chatId)
