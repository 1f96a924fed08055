import type { Chat } from '../../../domain/chat/chat.ts'
import type { ChatId } from '../../../domain/identity.ts'
import { type BoundedMap, boundedMap } from '../database/bounded-map.ts'

/**
 * A cache of chats as this server last saw them, those it wrote latest. It saves a look-up and decides nothing: what is
 * decided on it is written, and answered, only if the database finds the chat at the same revision.
 */
export type RecentChats = BoundedMap<ChatId, Chat>

export const recentChats: (limit: number) => RecentChats = boundedMap
