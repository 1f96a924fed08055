import type { Pool } from 'pg'
import type { MemberPage, MemberSelection } from '../../../application/ports/page.ts'
import { type Caller, type UserId, userOf } from '../../../domain/caller.ts'
import { isFormer } from '../../../domain/chat/member.ts'
import { seesMarkers, type ShownMember } from '../../../domain/chat/reading.ts'
import type { ChatId, MessagePosition } from '../../../domain/identity.ts'
import { namesOf } from '../database/columns.ts'
import { scalar } from '../database/parameters.ts'
import { CHAT, CHAT_WIDTH, chatOf, membershipColumns, membershipOf } from '../database/rows.ts'
import { statement } from '../database/statement.ts'
import { isSeen, SIGHT, viewedBy, viewerIn } from './seen.ts'

const MARKER = 'm.read_message_id'
const SIGHT_WIDTH = 1 + Object.keys(membershipColumns).length
const SIGHT_FROM = CHAT_WIDTH
const MEMBER_FROM = CHAT_WIDTH + SIGHT_WIDTH
const MARKER_AT = MEMBER_FROM + Object.keys(membershipColumns).length

const asked = {
  chatId: scalar<ChatId>('bigint'),
  viewer: scalar<UserId | null>('text'),
  after: scalar<string>('text'),
  limit: scalar<number>('bigint'),
}

/** Members of one chat from a place on are one range of the index of those who are there; the chat and the viewer come on every row. */
const findMembers = statement(
  'members',
  asked,
  ({ chatId, viewer, after, limit }, { orNobody }) => `
    select ${CHAT}, ${SIGHT}, ${namesOf(membershipColumns, 'm')}, ${MARKER}
    from chats c ${viewedBy(orNobody(viewer), chatId)}
    left join lateral (
      select ${namesOf(membershipColumns)}, read_message_id from members
      where chat_id = ${chatId} and user_id > ${after} and removed_at is null order by user_id limit ${limit}
    ) m on true
    where c.id = ${chatId}`,
  (row) => row,
)

const findMember = statement(
  'member',
  { chatId: asked.chatId, viewer: asked.viewer, userId: scalar<UserId>('text') },
  ({ chatId, viewer, userId }, { orNobody }) => `
    select ${CHAT}, ${SIGHT}, ${namesOf(membershipColumns, 'm')}, ${MARKER}
    from chats c ${viewedBy(orNobody(viewer), chatId)}
    left join members m on m.chat_id = ${chatId} and m.user_id = ${userId}
    where c.id = ${chatId}`,
  (row) => row,
)

const memberIn = (caller: Caller, row: readonly unknown[]): ShownMember | undefined => {
  if (row[MEMBER_FROM] === null) return undefined
  const member = membershipOf(row, MEMBER_FROM)
  if (isFormer(member)) return undefined
  const isShown = seesMarkers(caller, chatOf(row), viewerIn(row, SIGHT_FROM))
  return { ...member, readMessageId: isShown ? (row[MARKER_AT] as MessagePosition) : null }
}

/** Members of a chat that the caller sees; undefined when there is no such chat for it. */
export const postgresMembers = (pool: Pool) => ({
  page: async (caller: Caller, chatId: ChatId, selection: MemberSelection): Promise<MemberPage | undefined> => {
    const { limit, after = '' } = selection
    const rows = await findMembers(pool, { chatId, viewer: userOf(caller), after, limit: limit + 1 })
    const [first] = rows
    if (!first || !isSeen(caller, chatId, first, SIGHT_FROM)) return undefined
    const found = rows.flatMap((row) => memberIn(caller, row) ?? [])
    return { chat: chatOf(first), entries: found.slice(0, limit), more: found.length > limit }
  },

  /** Null when the user is no member. */
  one: async (caller: Caller, chatId: ChatId, userId: UserId): Promise<ShownMember | null | undefined> => {
    const [row] = await findMember(pool, { chatId, viewer: userOf(caller), userId })
    return row && isSeen(caller, chatId, row, SIGHT_FROM) ? (memberIn(caller, row) ?? null) : undefined
  },
})
