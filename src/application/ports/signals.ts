import type { UserId } from '../../domain/caller.ts'
import type { ChatId, MessagePosition } from '../../domain/identity.ts'

/** Something that is told to those who are there, and to nobody afterwards. */
export type Signal =
  | { readonly kind: 'typing'; readonly chatId: ChatId; readonly userId: UserId }
  | {
      readonly kind: 'read'
      readonly chatId: ChatId
      readonly userId: UserId
      readonly readMessageId: MessagePosition
    }

/**
 * Carries signals to every server. They are kept nowhere and have no number: one may be lost or doubled, and of those of one
 * user in one chat a later one may take the place of an earlier one of its kind.
 */
export interface Signals {
  /** Never throws, whatever becomes of the signal. */
  readonly send: (signal: Signal) => void
  /** Calls `hear` with each signal, of this server too. Returns how to stop. A listener that throws disturbs nobody else. */
  readonly listen: (hear: (signal: Signal) => void) => () => void
}
