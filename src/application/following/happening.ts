import type { ChatId } from '../../domain/identity.ts'
import type { Batch } from './batch.ts'
import type { SignalBatch } from './signals/signal-batch.ts'

/**
 * Changes of one chat, in order, each at most once; or that the chat was removed, after which nothing comes of it. Nothing
 * comes either after the last change that the follower may see.
 */
export type Told =
  | {
      readonly kind: 'changed'
      readonly chatId: ChatId
      readonly batch: Batch
      readonly live: boolean
      readonly isLast?: boolean
    }
  | { readonly kind: 'removed'; readonly chatId: ChatId }

/** What was told in the chat a moment ago, for who is there: it moves no place, and is lost to who does not take it. */
export interface Signalled {
  readonly kind: 'signalled'
  readonly chatId: ChatId
  readonly batch: SignalBatch
}

export type Happening = Told | Signalled
