import type { ChatId } from '../../../domain/identity.ts'
import type { PendingChange } from './pending-change.ts'

/** Chats whose row is held by work of ours, and the changes that wait behind it. */
interface HeldChats {
  /** Puts the change behind the work that holds its chat; false when nothing does. */
  readonly putBehind: (change: PendingChange) => boolean
  /** Runs the work as one that holds the chat. Resolves with what waits behind the last of them, never rejects for it. */
  readonly hold: (id: ChatId, work: () => Promise<void>) => Promise<readonly PendingChange[]>
}

export const heldChats = (): HeldChats => {
  const held = new Map<ChatId, { works: number; readonly behind: PendingChange[] }>()
  return {
    putBehind: (change) => {
      const chat = held.get(change.ask.chatId)
      chat?.behind.push(change)
      return chat !== undefined
    },
    hold: async (id, work) => {
      const chat = held.get(id) ?? { works: 0, behind: [] }
      held.set(id, chat)
      chat.works += 1
      try {
        await work()
      } finally {
        chat.works -= 1
        if (chat.works === 0) held.delete(id)
      }
      return chat.works === 0 ? chat.behind : []
    },
  }
}
