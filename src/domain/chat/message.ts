import type * as E from 'fp-ts/lib/Either.js'
import type { UserId } from '../caller.ts'
import type { ChatId, MessageId, Revision } from '../identity.ts'
import { Metadata } from '../metadata.ts'
import { NO_REACTIONS, type ReactionCounts } from './reaction.ts'
import { parseVisibleText, type TextError } from '../visible-text.ts'

declare const brand: unique symbol

/** What a message says: trimmed, 1 to 5000 code points, well formed, not invisible. */
export type MessageText = string & { readonly [brand]: 'MessageText' }
export const MessageText = {
  LIMIT: 5000,
  parse: (raw: string) => parseVisibleText(raw, MessageText.LIMIT) as E.Either<TextError, MessageText>,
}

/** What a message says, and its deletion takes away. */
export interface Said {
  readonly text: MessageText
  /** The application's own; empty unless it is said. */
  readonly metadata: Metadata
}

/** What a sender says of a message. */
export interface NewMessage {
  readonly text: MessageText
  /** The message of the chat that it answers; none, unless it is said. */
  readonly replyTo?: MessageId | null | undefined
  readonly metadata?: Metadata | undefined
}

/** What the chat gives to a message when it is posted. */
export interface Posting {
  readonly chatId: ChatId
  readonly id: MessageId
  readonly createdAt: Date
  /** Of the change that made the message what it is now. */
  readonly revision: Revision
}

export interface Message extends Said, Posting {
  /** The user who sent it; null when a service did, for nobody. */
  readonly author: UserId | null
  /** The message that it answers, which may be deleted since. */
  readonly replyTo: MessageId | null
  readonly reactions: ReactionCounts
  /** Null until the text was changed for the first time. */
  readonly editedAt: Date | null
}

/**
 * What is left of a deleted message: its number, its author, what it answers, its times and the change that deleted it, never
 * what it said, or what others made of it.
 */
export interface Tombstone extends Omit<Message, keyof Said | 'reactions'> {
  readonly deletedAt: Date
}

/** The message as it is when it was just posted. */
export const posted = (
  author: UserId | null,
  { text, replyTo = null, metadata = Metadata.NONE }: NewMessage,
  { chatId, id, createdAt, revision }: Posting,
): Message => ({
  text,
  metadata,
  chatId,
  id,
  author,
  replyTo,
  reactions: NO_REACTIONS,
  createdAt,
  revision,
  editedAt: null,
})

export const postingOf = ({ chatId, id, createdAt, revision }: Message): Posting => ({
  chatId,
  id,
  createdAt,
  revision,
})

export const isTombstone = (entry: Message | Tombstone): entry is Tombstone => 'deletedAt' in entry
