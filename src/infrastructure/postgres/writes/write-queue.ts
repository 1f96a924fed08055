import { setTimeout as delay } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import { retry } from '../database/retry.ts'
import { isConflict, wasUndone } from '../database/sql-state.ts'
import type { ChatId } from '../../../domain/identity.ts'
import { answerUnavailable } from './answers.ts'
import { heldChats } from './held-chats.ts'
import type { PendingChange } from './pending-change.ts'
import type { Writer } from './writer.ts'

export interface QueueSettings {
  /** Changes in one group. */
  readonly groupSize: number
  /** Milliseconds after which a change that is still waiting is given up. */
  readonly patience: number
}

/** Optimistic attempts before falling back to a row lock. */
const OPTIMISTIC_ATTEMPTS = 2

/** Milliseconds to wait, at most, after a conflict with a transaction of another server. */
const JITTER_MS = 20

/**
 * Changes of some chats, written in one group after another. Each change is in one of these states:
 *
 * - **waiting**, in order of arrival. A change that waits longer than `patience` is answered `Unavailable`.
 * - **in the group** that is being written; there is one at a time, begun at the end of the turn in which the queue
 *   stopped being idle. From there it is answered, or goes back to the front of those waiting when it concerns a message
 *   of its own group or was stale, or goes to the locked row: at its second conflict, or when it removes its chat.
 * - **on the locked row** of its chat, in a transaction of its own beside the groups, which go on with other chats. There
 *   it is answered; only what concerns a message that was just written waits again.
 * - **behind** such a transaction on its chat; once that ended, it waits again.
 *
 * A group that failed is undone for a conflict (all its changes count it), or for what one of its changes wants (each
 * chat's go to the locked row together and, when that fails too, one by one), or it may have been written: then all are
 * answered `Unavailable`.
 */
export const writeQueue = (writer: Writer, { groupSize, patience }: QueueSettings) => {
  const waiting: PendingChange[] = []
  const held = heldChats()
  let isRunning = false

  const nextGroup = (): readonly PendingChange[] => {
    const now = performance.now()
    return waiting.splice(0, groupSize).filter((change) => {
      if (held.putBehind(change)) return false
      if (now - change.since <= patience) return true
      answerUnavailable([change], new Error('waited too long for its turn'))
      return false
    })
  }

  const start = () => {
    if (isRunning || waiting.length === 0) return
    isRunning = true
    // Not before the caller is done: what is asked for in one go goes together.
    queueMicrotask(() => void run())
  }

  const run = async () => {
    while (waiting.length > 0) {
      const group = nextGroup()
      if (group.length > 0) await write(group)
    }
    isRunning = false
  }

  const write = async (group: readonly PendingChange[]) => {
    try {
      const { stale, later, removals } = await writer.together(group)
      waiting.unshift(...later)
      goLocked(removals)
      conflicted(stale)
    } catch (error) {
      writer.forget()
      if (!wasUndone(error)) return answerUnavailable(group, error)
      if (!isConflict(error)) return goLocked(group)
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

  const goLocked = (changes: readonly PendingChange[]) => {
    for (const [id, ofChat] of Map.groupBy(changes, ({ ask }) => ask.chatId)) void hold(id, ofChat)
  }

  const hold = async (id: ChatId, changes: readonly PendingChange[]) => {
    const behind = await held.hold(id, async () => {
      await writeLocked(id, changes)
      writer.forget(id)
    })
    waiting.push(...behind)
    start()
  }

  /** Together; one by one, when that is refused for what one of them wants. Never rejects. */
  const writeLocked = async (id: ChatId, changes: readonly PendingChange[]): Promise<void> => {
    try {
      const written = await retry(async () => E.right(await writer.locked(id, changes)))()
      if (E.isLeft(written)) answerUnavailable(changes, written.left.cause)
      else waiting.push(...written.right)
    } catch (defect) {
      if (changes.length === 1) changes[0]?.reject(defect)
      else for (const change of changes) await writeLocked(id, [change])
    }
  }

  return {
    /** Takes the change along with the next group. */
    add: (change: PendingChange): void => {
      waiting.push(change)
      start()
    },
  }
}
