import type { ChatId } from '../../../domain/identity.ts'
import type { PendingChange } from './pending-change.ts'

/** Chats whose row is held by work of ours, and the changes that wait behind it. */
interface HeldChats {
  /** Puts the change behind the work that holds its chat; false when nothing does. */
  readonly putBehind: (change: PendingChange) => boolean
  /**
   * Runs the work on the changes as one that holds the chat. Resolves with what waits behind the last of them, never
   * rejects for it.
   */
  readonly hold: (
    id: ChatId,
    changes: readonly PendingChange[],
    work: () => Promise<void>,
  ) => Promise<readonly PendingChange[]>
  /** Every change that is worked on or waits behind. */
  readonly changes: () => readonly PendingChange[]
}

export const heldChats = (): HeldChats => {
  const held = new Map<ChatId, { readonly works: Set<readonly PendingChange[]>; readonly behind: PendingChange[] }>()
  return {
    putBehind: (change) => {
      const chat = held.get(change.ask.chatId)
      chat?.behind.push(change)
      return chat !== undefined
    },
    hold: async (id, changes, work) => {
      const chat = held.get(id) ?? { works: new Set(), behind: [] }
      held.set(id, chat)
      const own = [...changes]
      chat.works.add(own)
      try {
        await work()
      } finally {
        chat.works.delete(own)
        if (chat.works.size === 0) held.delete(id)
      }
      return chat.works.size === 0 ? chat.behind : []
    },
    changes: () => [...held.values()].flatMap(({ works, behind }) => [...[...works].flat(), ...behind]),
  }
}
