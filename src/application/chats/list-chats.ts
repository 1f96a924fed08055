import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller } from '../../domain/caller.ts'
import type { Chat } from '../../domain/chat/chat.ts'
import type { Chats } from '../ports/chats.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { ChatSelection, Page } from '../ports/page.ts'

export type ListChats = (caller: Caller, selection: ChatSelection) => TE.TaskEither<Unavailable, Page<Chat>>

export const listChats = (chats: Chats): ListChats => chats.list
