import type { Caller, UserId } from '../caller.ts'
import type { ChatId, Revision } from '../identity.ts'
import type { Chat } from './chat.ts'

/** What a member may do, the most first. Whoever opens a chat owns it. */
export const ROLES = ['owner', 'moderator', 'member', 'reader'] as const
export type Role = (typeof ROLES)[number]

/** A user who belongs to a chat. */
export interface Member {
  readonly chatId: ChatId
  readonly userId: UserId
  readonly role: Role
  readonly joinedAt: Date
  /** Of the change of the chat that made the membership what it is; 0 for whoever was there when the chat was opened. */
  readonly revision: Revision
}

/** Who belongs to a chat that the caller opened. A service belongs to nothing. */
export const founders = (caller: Caller, { id: chatId, createdAt, revision }: Chat): readonly Member[] =>
  caller.kind === 'user' ? [{ chatId, userId: caller.id, role: 'owner', joinedAt: createdAt, revision }] : []
