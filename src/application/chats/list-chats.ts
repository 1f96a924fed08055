import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Chat } from '../../domain/chat/chat.ts'
import type { Chats } from '../ports/chats.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { ChatSelection, Page } from '../ports/page.ts'

export type ListChats = (selection: ChatSelection) => TE.TaskEither<Unavailable, Page<Chat>>

export const listChats = (chats: Chats): ListChats => chats.list
