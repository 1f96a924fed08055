import type { Chat } from '../../domain/chat.ts'
import type { ChatId } from '../../domain/identity.ts'

/**
 * Chats as they were when this server last saw them, those it wrote latest. Only ever a guess that saves a look: what
 * is decided on it is kept, and told, only if the database finds the chat at the same revision.
 */
export interface RecentChats {
  readonly get: (id: ChatId) => Chat | undefined
  readonly set: (chat: Chat) => void
  readonly forget: (id: ChatId) => void
  readonly forgetAll: () => void
}

export const recentChats = (limit: number): RecentChats => {
  const chats = new Map<ChatId, Chat>()
  return {
    get: (id) => chats.get(id),
    set: (chat) => {
      // A map remembers in which order its keys came: the first is the one that was not written for longest.
      chats.delete(chat.id)
      chats.set(chat.id, chat)
      if (chats.size <= limit) return
      for (const oldest of chats.keys()) return void chats.delete(oldest)
    },
    forget: (id) => void chats.delete(id),
    forgetAll: () => chats.clear(),
  }
}
