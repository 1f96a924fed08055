import type { UserId } from '../../../domain/caller.ts'
import { isTombstone, type Message, type Tombstone } from '../../../domain/chat/message.ts'
import type { OwnReaction, Reacting, Reaction } from '../../../domain/chat/reaction.ts'
import type { MessageId } from '../../../domain/identity.ts'

/** What is known of reactions in one chat, and what decisions made of them. */
export interface DraftReactions {
  /** Those that were asked about and are there, as decisions left them. */
  readonly there: Set<string>
  /** Those that decisions changed, each as the last one left it. */
  readonly changed: Map<string, Reacting>
  /** Messages of which nothing but reactions was changed. */
  readonly counted: Map<MessageId, Message>
  /** Messages that were deleted, with all reactions to them. */
  readonly erased: Set<MessageId>
}

export const draftReactions = (): DraftReactions => ({
  there: new Set(),
  changed: new Map(),
  counted: new Map(),
  erased: new Set(),
})

/** Neither a user id nor a reaction has a space, so no two are the same. */
const nameOf = (messageId: MessageId, userId: UserId, reaction: Reaction) => `${messageId} ${userId} ${reaction}`

export const addReaction = ({ there }: DraftReactions, { messageId, userId, reaction }: OwnReaction): void =>
  void there.add(nameOf(messageId, userId, reaction))

export const hasReacted = (
  { there }: DraftReactions,
  messageId: MessageId | undefined,
  userId: UserId | undefined,
  reaction: Reaction | undefined,
): boolean =>
  messageId !== undefined &&
  userId !== undefined &&
  reaction !== undefined &&
  there.has(nameOf(messageId, userId, reaction))

/** The message is as its reactions leave it, and says what it said. */
export const takeReaction = (
  { there, changed, counted }: DraftReactions,
  reacting: Reacting,
  message: Message,
  isRewritten: boolean,
): void => {
  const name = nameOf(reacting.messageId, reacting.userId, reacting.reaction)
  if (reacting.isThere) there.add(name)
  else there.delete(name)
  changed.set(name, reacting)
  if (!isRewritten) counted.set(message.id, message)
}

/** The message is written as a whole; deleted, it takes its reactions along. */
export const takeRewritten = ({ changed, counted, erased }: DraftReactions, message: Message | Tombstone): void => {
  counted.delete(message.id)
  if (!isTombstone(message)) return
  erased.add(message.id)
  for (const [name, { messageId }] of changed) if (messageId === message.id) changed.delete(name)
}
