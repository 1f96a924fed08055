import type * as TE from 'fp-ts/lib/TaskEither.js'
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
  /** At most `limit` messages that changed after the revision, the earliest first. */
  readonly since: (id: ChatId, after: Revision, limit: number) => TE.TaskEither<ChatNotFound | Unavailable, Changes>

  /** The current revision of each of the chats that exist, however many are asked for. */
  readonly revisions: (ids: readonly ChatId[]) => TE.TaskEither<Unavailable, ReadonlyMap<ChatId, Revision>>
}
