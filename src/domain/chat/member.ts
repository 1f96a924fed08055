import type { UserId } from '../caller.ts'
import type { ChatId, Revision } from '../identity.ts'

/** What a member may do, the most first. */
export const ROLES = ['owner', 'moderator', 'member', 'reader'] as const
export type Role = (typeof ROLES)[number]

/** Whether the role allows as much as the other, or more. */
export const isAtLeast = (role: Role, other: Role): boolean => ROLES.indexOf(role) <= ROLES.indexOf(other)

/** Who is to belong to a chat, as what. */
export interface Appointment {
  readonly userId: UserId
  readonly role: Role
}

/** Somebody is named twice among those whom a chat is opened with; whoever opens it is there by itself. */
export interface FounderRepeated {
  readonly kind: 'FounderRepeated'
  /** Of the one that is too many, from 0. */
  readonly index: number
}

/** A user who belongs to a chat. */
export interface Member extends Appointment {
  readonly chatId: ChatId
  readonly joinedAt: Date
  /** Of the change of the chat that made the membership what it is; 0 for whoever was there when the chat was opened. */
  readonly revision: Revision
}

/** A user who belonged to a chat, with the role that it had. */
export interface FormerMember extends Member {
  readonly removedAt: Date
  /** Who removed it: itself, when it left; null for a service. */
  readonly removedBy: UserId | null
}

/** What is known of a user in a chat where it is or was a member. */
export type Membership = Member | FormerMember

export const isFormer = (membership: Membership): membership is FormerMember => 'removedAt' in membership

/** Whether the user was removed by somebody else, and is kept out until somebody else adds it again. */
export const isKeptOut = (membership: Membership): boolean =>
  isFormer(membership) && membership.removedBy !== membership.userId

/** The chat as the change of a membership leaves it. */
interface Occasion {
  readonly id: ChatId
  readonly updatedAt: Date
  readonly revision: Revision
}

/** The user as a member of the chat from now on, since when it belonged to it if it did. */
export const appointed = (
  { id: chatId, updatedAt, revision }: Occasion,
  { userId, role }: Appointment,
  before: Membership | undefined,
): Member => ({
  chatId,
  userId,
  role,
  joinedAt: before && !isFormer(before) ? before.joinedAt : updatedAt,
  revision,
})

export const removed = (
  { updatedAt: removedAt, revision }: Occasion,
  { chatId, userId, role, joinedAt }: Member,
  removedBy: UserId | null,
): FormerMember => ({ chatId, userId, role, joinedAt, revision, removedAt, removedBy })
