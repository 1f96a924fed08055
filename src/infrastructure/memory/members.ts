import type { MemberSelection, Page } from '../../application/ports/page.ts'
import type { UserId } from '../../domain/caller.ts'
import { isFormer, type Member, type Membership } from '../../domain/chat/member.ts'
import type { Others } from '../../domain/chat/scene.ts'
import type { Revision } from '../../domain/identity.ts'

export type Memberships = ReadonlyMap<UserId, Membership>

const present = (memberships: Memberships): readonly Member[] =>
  [...memberships.values()].filter((membership) => !isFormer(membership))

/** Who belongs to the chat besides the user. */
export const othersThan = (memberships: Memberships, userId: UserId | undefined): Others => {
  const others = present(memberships).filter((member) => member.userId !== userId)
  return { owner: others.some(({ role }) => role === 'owner'), member: others.length > 0 }
}

/** User ids are ASCII, so the order of JavaScript's strings is that of their bytes. */
export const memberPage = (
  memberships: Memberships,
  { limit, after = '' as UserId }: MemberSelection,
): Page<Member> => {
  const following = present(memberships)
    .filter(({ userId }) => userId > after)
    .sort((a, b) => (a.userId < b.userId ? -1 : 1))
  return { entries: following.slice(0, limit), more: following.length > limit }
}

/** The first memberships that changed after the revision, the earliest first. */
export const changedSince = (memberships: Memberships, after: Revision, limit: number): readonly Membership[] =>
  [...memberships.values()]
    .filter(({ revision }) => revision > after)
    .sort((a, b) => a.revision - b.revision)
    .slice(0, limit)
