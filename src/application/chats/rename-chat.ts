import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller } from '../../domain/caller.ts'
import type { Chat, ChatTitle } from '../../domain/chat/chat.ts'
import { rename } from '../../domain/chat/chat-decisions.ts'
import type { Expectation, Stale } from '../../domain/expectation.ts'
import type { ChatId } from '../../domain/identity.ts'
import type { Chats } from '../ports/chats.ts'
import type { Clock } from '../ports/clock.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { ChatNotFound } from '../../domain/chat/not-found.ts'

export interface RenameChatCommand {
  readonly chatId: ChatId
  readonly title: ChatTitle
  readonly expected?: Expectation
}

export type RenameChatError = ChatNotFound | Stale | Unavailable

export type RenameChat = (caller: Caller, command: RenameChatCommand) => TE.TaskEither<RenameChatError, Chat>

export const renameChat =
  (chats: Chats, clock: Clock): RenameChat =>
  (caller, { chatId, title, expected }) =>
    pipe(
      chats.decide(caller, { chatId }, rename({ title, expected, at: clock.now() })),
      TE.map(({ chat }) => chat),
    )
