import { setTimeout as delay } from 'node:timers/promises'
import type { Pool } from 'pg'
import type { Database } from '../database/database.ts'
import { limited } from '../database/limited.ts'
import type { Parts } from '../database/parts.ts'
import { freeChats } from './load-drafts.ts'
import { neighbours } from './neighbours.ts'
import type { PendingChange } from './pending-change.ts'
import { recentChats } from './recent-chats.ts'
import { recentMembers } from './recent-members.ts'
import { writeGroup } from './write-group.ts'
import { writeLocked } from './write-locked.ts'
import { type QueueSettings, writeQueue } from './write-queue.ts'
import type { Writer } from './writer.ts'
import { writingTo } from './writing.ts'

export interface WriteSettings extends QueueSettings {
  /** A chat always goes by the same queue, so no group waits for another; where chats are spread, all of a part do. */
  readonly queues: number
  /** Groups that may be under way at once, while no other server writes to the same chats. */
  readonly groups: number
  /** Locked rows that are written at once, in all. */
  readonly lockedAtOnce: number
  /** Chats that are cached, in all, and as many members. */
  readonly recentChats: number
}

/**
 * Groups, locked rows and chats being opened may wait for locks of others, each on a connection: these leave a third of a
 * pool of ten, and more of a larger one, to reads and probes.
 */
const LOCKED_SHARE = 0.3

/**
 * Milliseconds for which changes gather before a group beside other servers: those whose senders were just answered come back
 * in that time, and go along. Without it two servers take one hot chat 0.8 times as fast as one, in 1.8 times the commits.
 */
const GATHER_MS = 1

/** Groups of different parts go to different machines, and each takes several round trips. */
const GROUPS_SHARE = 0.4

const defaultsFor = ({ options }: Pool, parts: Parts | undefined): WriteSettings => ({
  queues: parts?.count ?? 2,
  groups: parts ? Math.min(parts.count, Math.max(1, Math.floor(GROUPS_SHARE * options.max))) : 2,
  groupSize: 128,
  lockedAtOnce: Math.max(1, Math.floor(LOCKED_SHARE * options.max)),
  recentChats: 10_000,
  patience: 2000,
})

/** Spreads pending changes over the queues by their chats. */
export const writeQueues = (
  { pool, parts }: Pick<Database, 'pool' | 'parts'>,
  settings: Partial<WriteSettings> = {},
) => {
  const all = { ...defaultsFor(pool, parts), ...settings }
  const writing = writingTo(parts)
  const recent = recentChats(all.recentChats)
  const members = recentMembers(all.recentChats)
  const others = neighbours()
  const writer: Writer = {
    together: (changes) => writeGroup(pool, writing, recent, members, changes, others.noticed),
    locked: (id, changes) => writeLocked(pool, writing, id, changes),
    free: (ids) => freeChats(pool, ids),
    forget: (id) => {
      if (id !== undefined) return recent.delete(id)
      recent.clear()
      members.clear()
    },
  }
  const locked = limited(all.lockedAtOnce)
  // Each server of several has fewer changes: in as many groups as one alone, they would be twice the work for PostgreSQL.
  const groups = limited(() => (others.areThere() && !parts ? 1 : all.groups))
  const gather = async () => {
    if (others.areThere()) await delay(GATHER_MS)
  }
  const queues = Array.from({ length: all.queues }, () => writeQueue(writer, { groups, gather, locked }, all))
  return {
    add: (change: PendingChange): void => {
      const { chatId } = change.ask
      queues[parts ? parts.of(chatId) : chatId % all.queues]?.add(change)
    },
  }
}
