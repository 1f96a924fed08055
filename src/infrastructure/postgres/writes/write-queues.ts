import type { Pool } from 'pg'
import type { PendingChange } from './pending-change.ts'
import { recentChats } from './recent-chats.ts'
import { writeGroup } from './write-group.ts'
import { writeLocked } from './write-locked.ts'
import { type QueueSettings, writeQueue } from './write-queue.ts'
import type { Writer } from './writer.ts'

export interface WriteSettings extends QueueSettings {
  /** Groups that may be under way at once. A chat always goes by the same queue, so no group waits for another. */
  readonly queues: number
  /** Chats that are cached, in all. */
  readonly recentChats: number
}

const DEFAULTS: WriteSettings = { queues: 2, groupSize: 128, recentChats: 10_000, patience: 2000 }

/** Spreads pending changes over the queues by their chats. */
export const writeQueues = (pool: Pool, settings: Partial<WriteSettings> = {}) => {
  const all = { ...DEFAULTS, ...settings }
  const recent = recentChats(all.recentChats)
  const writer: Writer = {
    together: (changes) => writeGroup(pool, recent, changes),
    locked: (id, changes) => writeLocked(pool, id, changes),
    forget: (id) => (id === undefined ? recent.clear() : recent.delete(id)),
  }
  const queues = Array.from({ length: all.queues }, () => writeQueue(writer, all))
  return {
    add: (change: PendingChange): void => queues[change.ask.chatId % all.queues]?.add(change),
  }
}
