import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, UserId } from '../../domain/caller.ts'
import type { ChatNotFound, MessageNotFound } from '../../domain/chat/not-found.ts'
import type { Reaction } from '../../domain/chat/reaction.ts'
import type { ChatId, MessageId, MessagePosition } from '../../domain/identity.ts'
import type { Unavailable } from './failures.ts'
import type { Page } from './page.ts'

export interface ReactorSelection {
  readonly limit: number
  readonly after?: UserId | undefined
}

/** Messages of a chat, the newest `limit` of those between the bounds (both exclusive) to which the user reacted. */
export interface OwnReactionSelection {
  readonly limit: number
  readonly before?: MessageId | undefined
  readonly after?: MessagePosition | undefined
}

export interface MessageReaction {
  readonly messageId: MessageId
  readonly reaction: Reaction
}

/** Who reacted how, as decisions kept it. A chat that the caller may not see is not found. */
export interface Reactions {
  /** The first `limit` users who reacted so, after the user id, by their ids, byte by byte. */
  readonly users: (
    caller: Caller,
    chatId: ChatId,
    messageId: MessageId,
    reaction: Reaction,
    selection: ReactorSelection,
  ) => TE.TaskEither<ChatNotFound | MessageNotFound | Unavailable, Page<UserId>>

  /** How a user reacted to messages: the newest message first, the reactions to one by their bytes. `more`: to older ones. */
  readonly ofUser: (
    caller: Caller,
    chatId: ChatId,
    userId: UserId,
    selection: OwnReactionSelection,
  ) => TE.TaskEither<ChatNotFound | Unavailable, Page<MessageReaction>>
}
