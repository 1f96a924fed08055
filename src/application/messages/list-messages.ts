import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller } from '../../domain/caller.ts'
import type { ChatId } from '../../domain/identity.ts'
import type { Chats } from '../ports/chats.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { MessagePage, MessageSelection } from '../ports/page.ts'
import type { ChatNotFound } from '../../domain/chat/not-found.ts'

export interface ListMessagesQuery {
  readonly chatId: ChatId
  readonly selection: MessageSelection
}

export type ListMessagesError = ChatNotFound | Unavailable

export type ListMessages = (caller: Caller, query: ListMessagesQuery) => TE.TaskEither<ListMessagesError, MessagePage>

/** The page and its chat, so that one answer shows a chat and its last messages as they were together. */
export const listMessages =
  (chats: Chats): ListMessages =>
  (caller, { chatId, selection }) =>
    chats.messages(caller, chatId, selection)
