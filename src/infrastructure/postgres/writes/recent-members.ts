import type { UserId } from '../../../domain/caller.ts'
import type { Member } from '../../../domain/chat/member.ts'
import type { ChatId } from '../../../domain/identity.ts'
import { boundedMap } from '../database/bounded-map.ts'

/**
 * A cache of members as this server last saw them, those who changed something latest. Who is no member is not cached: that
 * may change, and nobody is kept out for having come too early.
 */
export interface RecentMembers {
  readonly get: (chatId: ChatId, userId: UserId) => Member | undefined
  readonly set: (member: Member) => void
  readonly clear: () => void
}

export const recentMembers = (limit: number): RecentMembers => {
  const members = boundedMap<string, Member>(limit)
  return {
    get: (chatId, userId) => members.get(`${chatId} ${userId}`),
    set: (member) => members.set(`${member.chatId} ${member.userId}`, member),
    clear: members.clear,
  }
}
