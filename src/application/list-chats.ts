import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Chat } from '../domain/chat.ts'
import type { Chats, ChatSelection, Page, Unavailable } from './ports.ts'

export type ListChats = (selection: ChatSelection) => TE.TaskEither<Unavailable, Page<Chat>>

export const listChats = (chats: Chats): ListChats => chats.list
