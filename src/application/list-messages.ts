import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { ChatId } from '../domain/identity.ts'
import type { ChatNotFound, Chats, MessagePage, MessageSelection, Unavailable } from './ports.ts'

export interface ListMessagesQuery {
  readonly chatId: ChatId
  readonly selection: MessageSelection
}

export type ListMessagesError = ChatNotFound | Unavailable

export type ListMessages = (query: ListMessagesQuery) => TE.TaskEither<ListMessagesError, MessagePage>

/** The page and its chat, so that one answer shows a chat and its last messages as they were together. */
export const listMessages =
  (chats: Chats): ListMessages =>
  ({ chatId, selection }) =>
    chats.messages(chatId, selection)
