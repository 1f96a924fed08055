import type * as E from 'fp-ts/lib/Either.js'
import type { ChatId, MessageId, Revision } from '../identity.ts'
import { parseVisibleText, type TextError } from '../visible-text.ts'

declare const brand: unique symbol

/** What a message says: trimmed, 1 to 5000 code points, well formed, not invisible. */
export type MessageText = string & { readonly [brand]: 'MessageText' }
export const MessageText = {
  LIMIT: 5000,
  parse: (raw: string) => parseVisibleText(raw, MessageText.LIMIT) as E.Either<TextError, MessageText>,
}

export interface Message {
  readonly chatId: ChatId
  readonly id: MessageId
  readonly text: MessageText
  readonly createdAt: Date
  /** Null until the text was changed for the first time. */
  readonly editedAt: Date | null
  /** Of the change that made the message what it is now. */
  readonly revision: Revision
}

/** What is left of a deleted message: its number, its times and the change that deleted it, never its text. */
export interface Tombstone {
  readonly chatId: ChatId
  readonly id: MessageId
  readonly createdAt: Date
  readonly editedAt: Date | null
  readonly deletedAt: Date
  readonly revision: Revision
}

export const isTombstone = (entry: Message | Tombstone): entry is Tombstone => 'deletedAt' in entry
