import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as Chat from '../domain/chat.ts'
import type { ChatId } from '../domain/identity.ts'
import type { ChatNotFound, Chats, Clock, Unavailable } from './ports.ts'

export interface RenameChatCommand {
  readonly chatId: ChatId
  readonly title: Chat.ChatTitle
}

export type RenameChatError = ChatNotFound | Unavailable

export type RenameChat = (command: RenameChatCommand) => TE.TaskEither<RenameChatError, Chat.Chat>

export const renameChat =
  (chats: Chats, clock: Clock): RenameChat =>
  ({ chatId, title }) => {
    const rename = Chat.rename(title, clock.now())
    return pipe(
      chats.change(chatId, (chat) => E.right(rename(chat))),
      TE.map(({ chat }) => chat),
    )
  }
