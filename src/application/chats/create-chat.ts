import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller } from '../../domain/caller.ts'
import type { Chat, ChatTitle } from '../../domain/chat/chat.ts'
import type { Intent, KeyReused, Once } from '../../domain/intent.ts'
import type { Chats } from '../ports/chats.ts'
import type { Clock } from '../ports/clock.ts'
import type { Unavailable } from '../ports/failures.ts'

export interface CreateChatCommand {
  readonly title: ChatTitle
  readonly intent?: Intent | undefined
}

export type CreateChatError = KeyReused | Unavailable

export type CreateChat = (caller: Caller, command: CreateChatCommand) => TE.TaskEither<CreateChatError, Once<Chat>>

export const createChat =
  (chats: Chats, clock: Clock): CreateChat =>
  (caller, { title, intent }) =>
    chats.add(caller, { title, at: clock.now() }, intent)
