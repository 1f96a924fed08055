import type { Chat } from '../../domain/chat/chat.ts'
import type { UserId } from '../../domain/caller.ts'
import type { Message } from '../../domain/chat/message.ts'
import type { ShownMember } from '../../domain/chat/reading.ts'
import type { ChatId, ChatPosition, MessageId, MessagePosition } from '../../domain/identity.ts'
import { memo, type Memo } from './memo.ts'

/** Which part of an ordered collection: `limit` entries at one end of what the bounds (both exclusive) leave of it. */
export interface Selection<Before, After> {
  readonly limit: number
  readonly before?: Before | undefined
  readonly after?: After | undefined
  /** At which end: the newest, or, when `after` is the only bound, the oldest; unless it is said. */
  readonly from?: 'newest' | 'oldest' | undefined
}

export type ChatSelection = Selection<ChatId, ChatPosition>
export interface MessageSelection extends Selection<MessageId, MessagePosition> {
  /** Answers to this message alone, which need not be there. */
  readonly replyTo?: MessageId | undefined
}

/** Whether the page is the first entries of what the bounds leave, which are read oldest first, and not the last ones. */
export const readsForwards = ({ before, after, from }: Selection<unknown, unknown>): boolean =>
  from === undefined ? after !== undefined && before === undefined : from === 'oldest'

/** Newest first. `more` tells whether entries within the bounds were left out, on the far side from the start. */
export interface Page<A> {
  readonly entries: ReadonlyArray<A>
  readonly more: boolean
}

/**
 * A page of messages and the chat they belong to, as both were at one moment. A store may give the same page to many, so it
 * carries what is worked out of its entries: ask `form` for their JSON, and it is written once for all of them.
 */
export interface MessagePage extends Page<Message> {
  readonly chat: Chat
  readonly form: Memo<readonly Message[]>
}

/** Pages are equal when their chat and their entries are, so the form is not enumerable: a spread leaves it behind. */
export const messagePage = (chat: Chat, { entries, more }: Page<Message>): MessagePage =>
  Object.defineProperty({ chat, entries, more } as MessagePage, 'form', { value: memo(entries) })

export interface MemberSelection {
  readonly limit: number
  readonly after?: UserId | undefined
}

/** A page of members and their chat, as both were at one moment, by user id. `more` tells whether others follow. */
export interface MemberPage extends Page<ShownMember> {
  readonly chat: Chat
}
