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

export const memoryStore = (): Store => {
  // The first moment is after the beginning of time, or nothing would have changed since.
  let moment = 1
  return {
    entries: new Map(),
    opened: new Map(),
    now: () => moment as Moment,
    next: () => ++moment as Moment,
  }
}
