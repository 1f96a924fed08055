import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Chat, ChatTitle } from '../domain/chat.ts'
import type { Chats, Clock, Unavailable } from './ports.ts'

export interface CreateChatCommand {
  readonly title: ChatTitle
}

export type CreateChat = (command: CreateChatCommand) => TE.TaskEither<Unavailable, Chat>

export const createChat =
  (chats: Chats, clock: Clock): CreateChat =>
  ({ title }) =>
    chats.add({ title, at: clock.now() })
