import type { Moment } from '../../application/ports/inboxes.ts'
import { type Changes, firstOf } from '../../application/ports/journal.ts'
import type { Caller, UserId } from '../../domain/caller.ts'
import type { Chat } from '../../domain/chat/chat.ts'
import { isFormer, type Membership } from '../../domain/chat/member.ts'
import { isTombstone, type Message, type Posting, postingOf, type Tombstone } from '../../domain/chat/message.ts'
import type { Reacting, Reaction } from '../../domain/chat/reaction.ts'
import { sees } from '../../domain/chat/sight.ts'
import type { MessageId, MessagePosition, Revision } from '../../domain/identity.ts'
import type { Done, Intent, KeptKey } from '../../domain/intent.ts'
import { changedSince } from './members.ts'

/** A chat and everything in it. */
export interface Entry {
  readonly chat: Chat
  readonly members: Map<UserId, Membership>
  /** Message n stands at n − 1: numbers have no gaps. */
  readonly messages: (Message | Tombstone)[]
  /** What each revision made, at its own index, as long as nothing later took its place. */
  readonly made: (Message | Tombstone | undefined)[]
  readonly done: DoneByKey<Posting>
  /** Who reacted how to each message. */
  readonly reacted: Map<MessageId, ReadonlyMap<Reaction, ReadonlySet<UserId>>>
  /** Up to where those who are or were members have read. */
  readonly markers: Map<UserId, Marker>
  /** When the chat last changed. */
  readonly touchedAt: Moment
}

export interface Marker {
  readonly messageId: MessagePosition
  readonly movedAt: Moment
}

export type DoneByKey<A> = Map<KeptKey, Done<A>>

export const membershipIn = ({ members }: Entry, caller: Caller): Membership | undefined =>
  caller.kind === 'user' ? members.get(caller.id) : undefined

export const present = ({ messages }: Entry, id: MessageId | undefined): Message | undefined => {
  const message = id === undefined ? undefined : messages[id - 1]
  return message && !isTombstone(message) ? message : undefined
}

export const keepMessage = (
  { messages, made, done }: Entry,
  message: Message | Tombstone,
  intent: Intent | undefined,
) => {
  const earlier = messages[message.id - 1]
  if (earlier) made[earlier.revision] = undefined
  messages[message.id - 1] = message
  made[message.revision] = message
  if (intent && !earlier && !isTombstone(message))
    done.set(intent.keptKey, { fingerprint: intent.fingerprint, result: postingOf(message) })
}

export const hasReacted = (
  { reacted }: Entry,
  messageId: MessageId | undefined,
  reaction: Reaction | undefined,
  caller: Caller,
): boolean => {
  if (messageId === undefined || reaction === undefined || caller.kind !== 'user') return false
  return reacted.get(messageId)?.get(reaction)?.has(caller.id) ?? false
}

export const keepReaction = ({ reacted }: Entry, { messageId, reaction, userId, isThere }: Reacting) => {
  const ofMessage = new Map(reacted.get(messageId))
  const users = new Set(ofMessage.get(reaction))
  if (isThere) users.add(userId)
  else users.delete(userId)
  reacted.set(messageId, ofMessage.set(reaction, users))
}

export const isPublic = ({ chat }: Entry): boolean => chat.visibility === 'public'

export const isMember = ({ members }: Entry, userId: UserId): boolean => {
  const membership = members.get(userId)
  return membership !== undefined && !isFormer(membership)
}

/** Whether the chat is listed as one of the caller's: a service has all that it sees. */
export const isOwn = (entry: Entry, caller: Caller): boolean => {
  const membership = membershipIn(entry, caller)
  return caller.kind === 'service' || (membership !== undefined && !isFormer(membership))
}

export const isSeen = (caller: Caller, entry: Entry): boolean => sees(caller, entry.chat, membershipIn(entry, caller))

/** The first `limit` of what changed after the revision. */
export const changesSince = ({ chat, made, members }: Entry, after: Revision, limit: number): Changes => {
  const messages: (Message | Tombstone)[] = []
  for (let revision = after + 1; revision <= chat.revision && messages.length <= limit; revision++) {
    const message = made[revision]
    if (message) messages.push(message)
  }
  return firstOf(limit, { chat, messages, members: changedSince(members, after, limit + 1), more: false })
}
