import type { UserId } from '../../../domain/caller.ts'
import type { Chat } from '../../../domain/chat/chat.ts'
import type { Membership } from '../../../domain/chat/member.ts'
import type { Revision } from '../../../domain/identity.ts'
import { boundedMap } from '../database/bounded-map.ts'

interface Cached {
  readonly membership: Membership
  /** Of the chat when it was looked up. Any later change of any membership drops it. */
  readonly accessRevision: Revision
}

/**
 * A cache of memberships as this server last saw them, those that were asked for latest. It saves a look-up and decides
 * nothing: what is decided on it is written only if the database finds that nobody's access to the chat was changed since.
 */
export interface RecentMembers {
  readonly get: (chat: Chat, userId: UserId) => Membership | undefined
  readonly set: (chat: Chat, membership: Membership) => void
  readonly clear: () => void
}

export const recentMembers = (limit: number): RecentMembers => {
  const cache = boundedMap<string, Cached>(limit)
  return {
    get: ({ id, accessRevision }, userId) => {
      const cached = cache.get(`${id} ${userId}`)
      return cached?.accessRevision === accessRevision ? cached.membership : undefined
    },
    set: ({ id, accessRevision }, membership) =>
      cache.set(`${id} ${membership.userId}`, { membership, accessRevision }),
    clear: cache.clear,
  }
}
