import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller } from '../../domain/caller.ts'
import type { Chat } from '../../domain/chat/chat.ts'
import type { Membership } from '../../domain/chat/member.ts'
import type { Message, Tombstone } from '../../domain/chat/message.ts'
import type { ChatNotFound } from '../../domain/chat/not-found.ts'
import type { ChatId, Revision } from '../../domain/identity.ts'
import type { Unavailable } from './failures.ts'

/** What happened after a revision, and the chat, as both were at one moment. */
export interface Changes {
  readonly chat: Chat
  /** Each message whose revision is greater, or what its deletion left of it, as it is now, in the order of revisions. */
  readonly messages: readonly (Message | Tombstone)[]
  /** Each membership likewise, or what is left of it. */
  readonly members: readonly Membership[]
  /** Whether there are more of either. Then those that are here are the first of all. */
  readonly more: boolean
}

/** The first `limit` of what was found of both kinds, when each was looked for up to one more than that. */
export const firstOf = (limit: number, { chat, messages, members }: Changes): Changes => {
  if (messages.length + members.length <= limit) return { chat, messages, members, more: false }
  const revisions = [...messages, ...members].map(({ revision }) => revision).sort((a, b) => a - b)
  const last = revisions[limit - 1] as Revision
  const isFirst = ({ revision }: { readonly revision: Revision }) => revision <= last
  return { chat, messages: messages.filter(isFirst), members: members.filter(isFirst), more: true }
}

/** A chat, and what is known of the caller in it. */
export interface Sight {
  readonly chat: Chat
  readonly membership: Membership | undefined
}

/** What happened in chats, for those who follow them. What a call returns never changes, and may be shared. */
export interface Journal {
  /** For whoever may see the chat: at most `limit` messages and members that changed after the revision, the earliest first. */
  readonly since: (id: ChatId, after: Revision, limit: number) => TE.TaskEither<ChatNotFound | Unavailable, Changes>

  /** The current revision of each of the chats that exist, whoever may see them, however many are asked for. */
  readonly revisions: (ids: readonly ChatId[]) => TE.TaskEither<Unavailable, ReadonlyMap<ChatId, Revision>>

  /** Each of the chats that exist and the caller may see, however many are asked for. */
  readonly sights: (caller: Caller, ids: readonly ChatId[]) => TE.TaskEither<Unavailable, ReadonlyMap<ChatId, Sight>>
}
