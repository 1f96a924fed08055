import type { ChatId } from '../../../domain/identity.ts'
import type { PendingChange } from './pending-change.ts'

/** The changes of a group that were not answered. */
export interface Written {
  /** The cached chat had moved on: decide them again. */
  readonly stale: PendingChange[]
  /** Concern a message that the group wrote, or are in another shard: decide them in the next one. */
  readonly later: PendingChange[]
  /** Remove their chat: decide them on the locked row. */
  readonly removals: PendingChange[]
}

/** What the write queue writes with. Either rejects when nothing of it was answered. */
export interface Writer {
  /** Decides the changes on cached chats and writes them together. */
  readonly together: (changes: readonly PendingChange[]) => Promise<Written>
  /** Decides changes of one chat on its locked row, where none can be stale. Returns those to decide in a later group. */
  readonly locked: (id: ChatId, changes: readonly PendingChange[]) => Promise<readonly PendingChange[]>
  /** Which of the chats nobody holds now, or are gone. Waits for no lock. */
  readonly free: (ids: readonly ChatId[]) => Promise<ReadonlySet<ChatId>>
  /** Drops the cached chat; every one, when none is named. */
  readonly forget: (id?: ChatId) => void
}
