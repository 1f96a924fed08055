import { setTimeout as delay } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import { deadlines } from '../database/deadlines.ts'
import type { Limited } from '../database/limited.ts'
import { retry } from '../database/retry.ts'
import { isConflict, isLockTimeout, mayConcernOne } from '../database/sql-state.ts'
import type { ChatId } from '../../../domain/identity.ts'
import { answerUnavailable } from './answers.ts'
import { blockedChats } from './blocked-chats.ts'
import { heldChats } from './held-chats.ts'
import type { PendingChange } from './pending-change.ts'
import type { Writer } from './writer.ts'

export interface QueueSettings {
  /** Changes in one group. */
  readonly groupSize: number
  /** Milliseconds after which a change that is still waiting is given up. */
  readonly patience: number
}

interface Pace {
  /** Limits the groups of all queues that are under way. */
  readonly groups: Limited
  /** Waits before a group for what else may come. */
  readonly gather: () => Promise<void>
  /** Limits the locked rows that are written. */
  readonly locked: Limited
}

/** Optimistic attempts before falling back to a row lock. */
const OPTIMISTIC_ATTEMPTS = 2

/** Milliseconds to wait, at most, after a conflict with a transaction of another server. */
const JITTER_MS = 20

/**
 * Changes of some chats, written in one group after another. Each change is in one of these states:
 *
 * - **waiting**, in order of arrival. A change that waits longer than `patience` is answered `Unavailable`, here as in
 *   every other state but the groups.
 * - **in the group** that is being written; there is one at a time, begun at the end of the turn in which the queue
 *   stopped being idle. From there it is answered, or goes back to the front of those waiting when it concerns a message
 *   of its own group or was stale, or goes to the locked row: at its second conflict, or when it removes its chat.
 * - **on the locked row** of its chat, in a transaction of its own beside the groups, which go on with other chats. Only
 *   so many are at once, and the others wait for that. There it is answered; only what concerns a message that was just
 *   written waits again.
 * - **behind** such a transaction on its chat; once that ended, it waits again.
 * - **blocked**, while somebody else holds the row of its chat; once nobody does, it goes to the locked row.
 *
 * A group that failed is undone for a conflict (all its changes count it), or because somebody else holds one of its chats
 * (those are blocked, the others wait again), or one of its members or what one of its changes wants (each chat's go to the
 * locked row together and, when that fails for what one wants, one by one). After any other failure, when it may have been
 * written or when none of them could be, all are answered `Unavailable`.
 */
export const writeQueue = (
  writer: Writer,
  { groups, gather, locked }: Pace,
  { groupSize, patience }: QueueSettings,
) => {
  const waiting: PendingChange[] = []
  let group: readonly PendingChange[] = []
  let isRunning = false

  const isInTime = (change: PendingChange): boolean => {
    const inTime = performance.now() - change.since <= patience
    if (!inTime) answerUnavailable([change], new Error('waited too long for its turn'))
    return inTime
  }
  const inTime = (changes: readonly PendingChange[]) => changes.filter(isInTime)

  const held = heldChats()
  const blocked = blockedChats({ free: writer.free, inTime, onFree: (id, changes) => void hold(id, changes) })

  const due = deadlines(() => [...group, ...waiting, ...held.changes()], answerUnavailable)

  const nextGroup = (): readonly PendingChange[] =>
    waiting
      .splice(0, groupSize)
      .filter((change) => !held.putBehind(change) && !blocked.putBehind(change) && isInTime(change))

  const start = () => {
    if (isRunning || waiting.length === 0) return
    isRunning = true
    // Not before the caller is done: what is asked for in one go goes together.
    queueMicrotask(() => void run())
  }

  const run = async () => {
    while (waiting.length > 0) await groups(writeNext)
    isRunning = false
  }

  const writeNext = async () => {
    await gather()
    group = nextGroup()
    if (group.length > 0) await write()
    group = []
  }

  const write = async () => {
    try {
      const { stale, later, removals } = await writer.together(group)
      waiting.unshift(...later)
      goLocked(removals)
      conflicted(stale)
    } catch (error) {
      writer.forget()
      if (isLockTimeout(error)) return part()
      if (mayConcernOne(error)) return goLocked(group)
      if (!isConflict(error)) return answerUnavailable(group, error)
      await delay(Math.random() * JITTER_MS)
      conflicted(group)
    }
  }

  const conflicted = (changes: readonly PendingChange[]) => {
    for (const change of changes) change.conflicts += 1
    const mayTryAgain = ({ conflicts }: PendingChange) => conflicts < OPTIMISTIC_ATTEMPTS
    waiting.unshift(...changes.filter(mayTryAgain))
    goLocked(changes.filter((change) => !mayTryAgain(change)))
  }

  /** Parts the changes of chats that somebody else holds from the others. */
  const part = async () => {
    const byChat = Map.groupBy(group, ({ ask }) => ask.chatId)
    try {
      const free = await writer.free([...byChat.keys()])
      // It is the row of a member: whose, each chat finds out by itself.
      if (free.size === byChat.size) return goLocked(group)
      waiting.unshift(...group.filter(({ ask }) => free.has(ask.chatId)))
      for (const [id, changes] of byChat) if (!free.has(id)) blocked.put(id, changes)
    } catch (error) {
      answerUnavailable(group, error)
    }
  }

  const goLocked = (changes: readonly PendingChange[]) => {
    for (const [id, ofChat] of Map.groupBy(changes, ({ ask }) => ask.chatId)) void hold(id, ofChat)
  }

  const hold = async (id: ChatId, changes: readonly PendingChange[]) => {
    const behind = await held.hold(id, changes, () =>
      locked(async () => {
        const ready = inTime(changes)
        if (ready.length > 0) await writeLocked(id, ready)
        writer.forget(id)
      }),
    )
    waiting.push(...behind)
    start()
  }

  /** Together; one by one, when that is refused for what one of them wants. Never rejects. */
  const writeLocked = async (id: ChatId, changes: readonly PendingChange[]): Promise<void> => {
    try {
      const written = await retry(async () => E.right(await writer.locked(id, changes)))()
      if (E.isRight(written)) waiting.push(...written.right)
      else if (isLockTimeout(written.left.cause)) blocked.put(id, changes)
      else answerUnavailable(changes, written.left.cause)
    } catch (defect) {
      if (changes.length === 1) changes[0]?.reject(defect)
      else for (const change of changes) await writeLocked(id, [change])
    }
  }

  return {
    /** How many have no answer yet, in whatever state. */
    pending: (): number => waiting.length + group.length + held.changes().length + blocked.count(),
    /** Takes the change along with the next group. */
    add: (change: PendingChange): void => {
      waiting.push(change)
      due.watch()
      start()
    },
  }
}
