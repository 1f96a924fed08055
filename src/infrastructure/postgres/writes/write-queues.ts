import { setTimeout as delay } from 'node:timers/promises'
import type { Pool } from 'pg'
import type { ChatId } from '../../../domain/identity.ts'
import type { Database } from '../database/database.ts'
import { limited } from '../database/limited.ts'
import { countGroup, countPending } from '../database/load.ts'
import type { StatementTraces } from '../database/statement-traces.ts'
import { tracesOf } from '../database/traced.ts'
import { inOneShard, inParts, type Parts } from '../database/parts.ts'
import { freeChats } from './load-drafts.ts'
import { neighbours } from './neighbours.ts'
import type { PendingChange } from './pending-change.ts'
import { recentChats } from './recent-chats.ts'
import { recentMembers } from './recent-members.ts'
import { removingFrom } from './removing.ts'
import { writeGroup } from './write-group.ts'
import { writeLocked } from './write-locked.ts'
import { type QueueSettings, writeQueue } from './write-queue.ts'
import type { Writer } from './writer.ts'

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

/** Groups of different parts go to different machines. */
const GROUPS_SHARE = 0.4

const defaultsFor = ({ options }: Pool, parts: Parts | undefined): WriteSettings => ({
  queues: parts?.count ?? 2,
  groups: parts ? Math.min(parts.count, Math.max(1, Math.floor(GROUPS_SHARE * options.max))) : 2,
  groupSize: 128,
  lockedAtOnce: Math.max(1, Math.floor(LOCKED_SHARE * options.max)),
  recentChats: 10_000,
  patience: 2000,
})

/** A writer whose statements are run for those whose changes they carry. */
const tracedWriter = (writer: Writer, { together }: StatementTraces): Writer => {
  const askersOf = (changes: readonly PendingChange[]) => changes.map(({ asker }) => asker)
  return {
    together: (changes) => together(askersOf(changes), () => writer.together(changes)),
    locked: (id, changes) => together(askersOf(changes), () => writer.locked(id, changes)),
    free: (ids) => together([], () => writer.free(ids)),
    forget: writer.forget,
  }
}

/** Spreads pending changes over the queues by their chats. */
export const writeQueues = (
  { pool, parts }: Pick<Database, 'pool' | 'parts'>,
  settings: Partial<WriteSettings> = {},
) => {
  const all = { ...defaultsFor(pool, parts), ...settings }
  const remove = removingFrom(parts)
  const recent = recentChats(all.recentChats)
  const members = recentMembers(all.recentChats)
  const others = neighbours()
  const traces = tracesOf(pool)
  const plain: Writer = {
    together: async (changes) => {
      // A part may have become several shards, and what is looked up for a group must be in one as well.
      const { here, elsewhere } = inOneShard(parts, ({ ask }) => ask.chatId, changes)
      countGroup(pool, 'changes', here.length)
      const written = await writeGroup(pool, recent, members, here, others.noticed)
      written.later.push(...elsewhere)
      return written
    },
    locked: (id, changes) => writeLocked(pool, remove, id, changes),
    free: async (ids) =>
      new Set(
        await inParts(
          parts,
          (id) => id,
          ids,
          async (some) => [...(await freeChats(pool, some))],
        ),
      ),
    forget: (id) => {
      if (id !== undefined) return recent.delete(id)
      recent.clear()
      members.clear()
    },
  }
  const writer = traces ? tracedWriter(plain, traces) : plain
  // A restored backup gives revisions anew: what was cached at one of them may be another chat's past. It ends our sessions.
  pool.on('remove', () => writer.forget())
  const locked = limited(all.lockedAtOnce)
  // Each server of several has fewer changes: in as many groups as one alone, they would be twice the work for PostgreSQL.
  const groups = limited(() => (others.areThere() && !parts ? 1 : all.groups))
  const gather = async () => {
    if (others.areThere()) await delay(GATHER_MS)
  }
  const queues = Array.from({ length: all.queues }, () => writeQueue(writer, { groups, gather, locked }, all))
  for (const { pending } of queues) countPending(pool, pending)
  const queueOf = (id: ChatId) => queues[parts ? parts.of(id) : id % all.queues]
  const add = (change: PendingChange): void => queueOf(change.ask.chatId)?.add(change)
  return { add: traces ? (change: PendingChange): void => add({ ...change, asker: traces.asker() }) : add }
}
