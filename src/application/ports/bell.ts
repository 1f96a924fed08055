import type { ChatId } from '../../domain/identity.ts'

/**
 * Tells who follows a chat that something happened there, in any server. A ring is a hint: it may be lost, doubled or
 * early, and says nothing of what happened.
 */
export interface Bell {
  /** After the change was kept. Never throws, whatever becomes of the ring. */
  readonly ring: (id: ChatId) => void
  /**
   * Calls `wake` with each chat that rang, or with nothing when any may have. Returns how to stop. A listener that throws
   * disturbs neither the others nor who rings.
   */
  readonly listen: (wake: (id?: ChatId) => void) => () => void
}
