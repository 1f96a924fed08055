import { setTimeout as delay } from 'node:timers/promises'
import type { ChatId } from '../../../domain/identity.ts'
import type { PendingChange } from './pending-change.ts'

/** Chats whose row somebody else holds, and the changes that wait for it, in order. */
export interface BlockedChats {
  /** Puts the changes to those that wait for the chat, which is blocked from now on. */
  readonly put: (id: ChatId, changes: readonly PendingChange[]) => void
  /** Puts the change to those that wait for its chat; false when that is not blocked. */
  readonly putBehind: (change: PendingChange) => boolean
  readonly count: () => number
}

export interface BlockedSettings {
  /** Which of the chats nobody holds now. */
  readonly free: (ids: readonly ChatId[]) => Promise<ReadonlySet<ChatId>>
  /** Takes the changes of a chat that is free again; of one that is not known to be, when that cannot be asked. */
  readonly onFree: (id: ChatId, changes: readonly PendingChange[]) => void
  /** Answers those that have waited too long, and returns the others. */
  readonly inTime: (changes: readonly PendingChange[]) => readonly PendingChange[]
}

/** Milliseconds between two looks, while something waits and while nothing does. */
const PAUSE_MS = { WAITED_FOR: 50, NOT_WAITED_FOR: 250 }

/**
 * No connection waits for these chats: one look for all of them, now and then, finds those that are free. A chat stays
 * blocked until it is, also when nothing waits for it any more, so that no group of changes runs into it again.
 */
export const blockedChats = ({ free, onFree, inTime }: BlockedSettings): BlockedChats => {
  const blocked = new Map<ChatId, readonly PendingChange[]>()
  let isLooking = false

  const look = async () => {
    const ids = [...blocked.keys()]
    const found = await free(ids).catch(() => new Set(ids))
    for (const id of found) {
      const changes = blocked.get(id) ?? []
      blocked.delete(id)
      if (changes.length > 0) onFree(id, changes)
    }
  }

  const keepLooking = async () => {
    isLooking = true
    while (blocked.size > 0) {
      const isWaitedFor = [...blocked.values()].some(({ length }) => length > 0)
      await delay(isWaitedFor ? PAUSE_MS.WAITED_FOR : PAUSE_MS.NOT_WAITED_FOR, undefined, { ref: false })
      for (const [id, changes] of blocked) blocked.set(id, inTime(changes))
      await look()
    }
    isLooking = false
  }

  const put = (id: ChatId, changes: readonly PendingChange[]) => {
    blocked.set(id, [...(blocked.get(id) ?? []), ...changes])
    if (!isLooking) void keepLooking()
  }

  return {
    put,
    putBehind: (change) => {
      const isBlocked = blocked.has(change.ask.chatId)
      if (isBlocked) put(change.ask.chatId, [change])
      return isBlocked
    },
    count: () => [...blocked.values()].reduce((sum, { length }) => sum + length, 0),
  }
}
