import type { ChatId } from '../../../domain/identity.ts'
import type { InboxHead, Moment, OwnReading } from '../../ports/inboxes.ts'
import type { Memo } from '../../ports/memo.ts'

export interface ToldEntry {
  readonly kind: 'entry'
  readonly chatId: ChatId
  /** Read once for all users to whom it is told, who share what is worked out of it. */
  readonly head: Memo<InboxHead>
  readonly own: OwnReading
}

/** What is told of one chat in an inbox. Later ones of a chat take the place of earlier ones. */
export type EntryEvent = ToldEntry | { readonly kind: 'removed'; readonly chatId: ChatId }

/** What is told on the stream of an inbox. `chats` are all chats that are in it. */
export type InboxEvent = EntryEvent | { readonly kind: 'chats'; readonly chatIds: readonly ChatId[] }

/** Events that are told one after the other. */
export interface InboxBatch {
  readonly events: readonly InboxEvent[]
  /** Whoever has none of them, or some, has been told whatever was kept until here. */
  readonly before: Moment
  /** Whoever has all of them has been told whatever was kept until here. */
  readonly after: Moment
}
