import type { Chat } from '../../../domain/chat/chat.ts'
import type { ChatId } from '../../../domain/identity.ts'
import { type Recent, recent } from '../database/bounded-map.ts'

/**
 * Chats as they were when this server last saw them, those it wrote latest. Only ever a guess that saves a look: what
 * is decided on it is kept, and told, only if the database finds the chat at the same revision.
 */
export type RecentChats = Recent<ChatId, Chat>

export const recentChats: (limit: number) => RecentChats = recent
