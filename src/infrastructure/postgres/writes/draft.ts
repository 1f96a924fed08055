import type { UserId } from '../../../domain/caller.ts'
import type { Chat } from '../../../domain/chat/chat.ts'
import { isFormer, type Membership } from '../../../domain/chat/member.ts'
import { isTombstone, type Message, type Posting, postingOf, type Tombstone } from '../../../domain/chat/message.ts'
import { NOBODY_ELSE, type Others, type Outcome, type Scene } from '../../../domain/chat/scene.ts'
import type { ChatId, MessageId, MessagePosition } from '../../../domain/identity.ts'
import type { Done, Intent, KeptKey } from '../../../domain/intent.ts'
import type { Ask } from '../../../application/ports/chats.ts'

/** What a decision has to be shown, and of whose membership. */
export interface Asked extends Ask {
  readonly userId?: UserId | undefined
}

/** A membership that a decision changed, and the last message of the chat then: who joined has read up to there. */
export interface ChangedMember {
  readonly membership: Membership
  readonly lastMessageId: MessagePosition
}

/** A chat as the decisions made so far leave it. Nothing of that is written yet. */
export interface Draft {
  /** As it was found, or is cached. */
  readonly before: Chat
  /** Undefined once a decision removed it. */
  chat: Chat | undefined
  /** What is known of those who ask, and of those whose membership they ask about. */
  readonly members: Map<UserId, Membership>
  /** The memberships that decisions changed, by user. */
  readonly changedMembers: Map<UserId, ChangedMember>
  /** Who is there besides a user whose membership is asked about. */
  readonly others: Map<UserId, Others>
  readonly sent: { readonly message: Message; readonly intent: Intent | undefined }[]
  /** The members among those who sent, each with the last that it sent: it has read up to there. */
  readonly senders: Map<UserId, MessageId>
  /** The messages that decisions ask for, as they were found, then as decisions left them. */
  readonly messages: Map<MessageId, Message | Tombstone>
  readonly changed: Set<Message | Tombstone>
  readonly done: Map<KeptKey, Done<Posting>>
  /** Whether something was decided that holds only at this revision: all but sends, which hold wherever the chat moves. */
  restsOnRevision: boolean
  /** Keys under which nothing was found, or nobody looked. The answers hold only if nothing is there. */
  readonly unused: Set<KeptKey>
}

/** Of several chats, by their ids. */
export type Drafts = ReadonlyMap<ChatId, Draft>

export const draftOf = (chat: Chat): Draft => ({
  before: chat,
  chat,
  members: new Map(),
  changedMembers: new Map(),
  others: new Map(),
  sent: [],
  senders: new Map(),
  messages: new Map(),
  changed: new Set(),
  done: new Map(),
  unused: new Set(),
  restsOnRevision: false,
})

/** Whether the message is one that this draft has not written yet: then there is nothing to look it up in. */
export const isUnwritten = ({ before, chat }: Draft, { messageId }: Ask): boolean =>
  messageId !== undefined && chat !== undefined && messageId > before.lastMessageId && messageId <= chat.lastMessageId

/** Whether it asks who else is there after this draft changed that. */
export const isOvertaken = ({ changedMembers }: Draft, { target }: Ask): boolean =>
  target !== undefined && changedMembers.size > 0

/** The scene that was asked for, as the draft has it; undefined when the chat is gone. */
export const sceneOf = (draft: Draft, { userId, messageId, target, intent }: Asked): Scene | undefined => {
  if (!draft.chat) return undefined
  const message = messageId === undefined ? undefined : draft.messages.get(messageId)
  const done = intent && draft.done.get(intent.keptKey)
  if (intent && !done) draft.unused.add(intent.keptKey)
  return {
    chat: draft.chat,
    membership: userId && draft.members.get(userId),
    target: target && draft.members.get(target),
    others: (target && draft.others.get(target)) ?? NOBODY_ELSE,
    message: message && !isTombstone(message) ? message : undefined,
    done,
  }
}

/** The member that sends, if the outcome is a send, and by a member. */
const senderIn = ({ chat: before, membership }: Scene, { chat, message }: Outcome): UserId | undefined =>
  message?.author && membership && !isFormer(membership) && chat && chat.lastMessageId !== before.lastMessageId
    ? message.author
    : undefined

/**
 * Whether it would have the row of a member written twice at once, for its membership and for its marker, which no statement
 * does.
 */
export const isWrittenTwice = ({ senders, changedMembers }: Draft, scene: Scene, outcome: Outcome): boolean => {
  const sender = senderIn(scene, outcome)
  return (
    (sender !== undefined && changedMembers.has(sender)) ||
    (outcome.member !== undefined && senders.has(outcome.member.userId))
  )
}

const addSent = (draft: Draft, message: Message, intent: Intent | undefined, sender: UserId | undefined) => {
  draft.sent.push({ message, intent })
  if (sender) draft.senders.set(sender, message.id)
  if (intent) draft.done.set(intent.keptKey, { fingerprint: intent.fingerprint, result: postingOf(message) })
}

const addChanged = (draft: Draft, message: Message | Tombstone) => {
  const earlier = draft.messages.get(message.id)
  if (earlier) draft.changed.delete(earlier)
  draft.messages.set(message.id, message)
  draft.changed.add(message)
}

const addMember = ({ members, changedMembers }: Draft, membership: Membership, { lastMessageId }: Chat) => {
  members.set(membership.userId, membership)
  changedMembers.set(membership.userId, { membership, lastMessageId })
}

/** Adds what a decision came to. */
export const take = (draft: Draft, scene: Scene, outcome: Outcome, { intent }: Ask): void => {
  const { chat, message, member } = outcome
  const isSend = chat && message && !isTombstone(message) && chat.lastMessageId !== scene.chat.lastMessageId
  if (isSend) addSent(draft, message, intent, senderIn(scene, outcome))
  else draft.restsOnRevision = true
  if (chat?.revision === scene.chat.revision) return
  draft.chat = chat
  if (message && !isSend) addChanged(draft, message)
  if (member && chat) addMember(draft, member, chat)
}
