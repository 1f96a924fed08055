import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller } from '../../domain/caller.ts'
import type { Chat } from '../../domain/chat/chat.ts'
import type { Message, Tombstone } from '../../domain/chat/message.ts'
import type { ChatNotFound } from '../../domain/chat/not-found.ts'
import type { ChatId, Revision } from '../../domain/identity.ts'
import type { Unavailable } from './failures.ts'

/** What happened after a revision, and the chat, as both were at one moment. */
export interface Changes {
  readonly chat: Chat
  /** Each message whose revision is greater, or what its deletion left of it, as it is now, in the order of revisions. */
  readonly messages: readonly (Message | Tombstone)[]
  /** Whether there are more of them. */
  readonly more: boolean
}

/** What happened in chats, for those who follow them. What a call returns never changes, and may be shared. */
export interface Journal {
  /** For whoever may see the chat: at most `limit` messages that changed after the revision, the earliest first. */
  readonly since: (id: ChatId, after: Revision, limit: number) => TE.TaskEither<ChatNotFound | Unavailable, Changes>

  /** The current revision of each of the chats that exist and the caller may see, however many are asked for. */
  readonly revisions: (
    caller: Caller,
    ids: readonly ChatId[],
  ) => TE.TaskEither<Unavailable, ReadonlyMap<ChatId, Revision>>
}
