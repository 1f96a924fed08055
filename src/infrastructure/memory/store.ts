import type { Moment } from '../../application/ports/inboxes.ts'
import type { Opening } from '../../domain/chat/chat.ts'
import type { ChatId } from '../../domain/identity.ts'
import type { DoneByKey, Entry } from './entry.ts'

/** All that one process keeps of chats. What is asked and changed of it is so in one step. */
export interface Store {
  readonly entries: Map<ChatId, Entry>
  readonly opened: DoneByKey<Opening>
  /** Now. It goes on with every change. */
  readonly now: () => Moment
  /** The moment of a change. */
  readonly next: () => Moment
}

/** Moments in a millisecond: no process makes as many changes in one. */
const MOMENTS_A_MS = 50

export const memoryStore = (): Store => {
  // After whatever a store of an earlier process came to: who resumes at its moments is told everything.
  let moment = Date.now() * MOMENTS_A_MS
  return {
    entries: new Map(),
    opened: new Map(),
    now: () => moment as Moment,
    next: () => ++moment as Moment,
  }
}
