import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller } from '../../domain/caller.ts'
import type { Chat } from '../../domain/chat/chat.ts'
import type { Chats } from '../ports/chats.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { ChatSelection, Page } from '../ports/page.ts'

export interface ListChatsQuery {
  readonly selection: ChatSelection
  readonly visibility?: 'public' | undefined
}

export type ListChats = (caller: Caller, query: ListChatsQuery) => TE.TaskEither<Unavailable, Page<Chat>>

/** A user's own chats and all for a service, or the public ones. */
export const listChats =
  (chats: Chats): ListChats =>
  (caller, { selection, visibility }) =>
    chats.list(caller, selection, visibility)
