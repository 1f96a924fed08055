import type { Ask } from '../../../application/ports/chats.ts'
import type { UserId } from '../../../domain/caller.ts'
import type { ChatId } from '../../../domain/identity.ts'
import { table } from '../database/parameters.ts'
import { type MemberAddress, memberAddressColumns, MEMBERSHIP, membershipOf } from '../database/rows.ts'
import { type Session, statement } from '../database/statement.ts'
import type { Asked, Drafts } from './draft.ts'
import type { RecentMembers } from './recent-members.ts'

const findMembers = statement(
  'members-by-user',
  { wanted: table<MemberAddress>(memberAddressColumns) },
  ({ wanted }, { among }) =>
    `select ${MEMBERSHIP}
     from ${wanted.rows} join members u on u.chat_id = wanted.chat_id and u.user_id = wanted.user_id
       ${among('u.chat_id', wanted.arrays.chatId)}`,
  (row) => membershipOf(row),
)

const findOthers = statement(
  'members-besides',
  { wanted: table<MemberAddress>(memberAddressColumns) },
  ({ wanted }, { among }) => `
    select wanted.chat_id, wanted.user_id,
      exists (
        select from members u where u.chat_id = wanted.chat_id and u.user_id <> wanted.user_id
          and u.role = 'owner' and u.removed_at is null ${among('u.chat_id', wanted.arrays.chatId)}
      ),
      exists (
        select from members u where u.chat_id = wanted.chat_id and u.user_id <> wanted.user_id and u.removed_at is null
          ${among('u.chat_id', wanted.arrays.chatId)}
      )
    from ${wanted.rows}`,
  (row) => ({
    chatId: row[0] as ChatId,
    userId: row[1] as UserId,
    others: { owner: row[2] === 't', member: row[3] === 't' },
  }),
)

/**
 * Adds what is known of those who ask to the drafts, and of those whose memberships they ask about. Only those that are not
 * cached are looked up, never before the chats were.
 */
export const addMembers = async (
  session: Session,
  drafts: Drafts,
  asks: readonly Asked[],
  recent?: RecentMembers,
): Promise<void> => {
  const wanted = new Map<string, MemberAddress>()
  const want = (chatId: ChatId, userId: UserId | undefined) => {
    const draft = userId === undefined ? undefined : drafts.get(chatId)
    if (userId === undefined || !draft) return
    const member = recent?.get(draft.before, userId)
    if (member) draft.members.set(userId, member)
    else wanted.set(`${chatId} ${userId}`, { chatId, userId })
  }
  for (const { chatId, userId, target } of asks) {
    want(chatId, userId)
    want(chatId, target)
  }
  if (wanted.size === 0) return
  for (const member of await findMembers(session, { wanted: [...wanted.values()] })) {
    const draft = drafts.get(member.chatId)
    draft?.members.set(member.userId, member)
    if (draft) recent?.set(draft.before, member)
  }
}

/** Adds who is there besides those whose membership is asked about. */
export const addOthers = async (session: Session, drafts: Drafts, asks: readonly Ask[]): Promise<void> => {
  const wanted = asks.flatMap(({ chatId, target: userId }) =>
    userId !== undefined && drafts.has(chatId) ? [{ chatId, userId }] : [],
  )
  if (wanted.length === 0) return
  for (const { chatId, userId, others } of await findOthers(session, { wanted }))
    drafts.get(chatId)?.others.set(userId, others)
}
