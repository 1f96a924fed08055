import type { Pool } from 'pg'
import type { Moment, UnreadTotal } from '../../../application/ports/inboxes.ts'
import type { UserId } from '../../../domain/caller.ts'
import type { ChatId } from '../../../domain/identity.ts'
import { scalar } from '../database/parameters.ts'
import { statement } from '../database/statement.ts'
import { MOMENT, momentIn, UNREAD } from './expressions.ts'

/** Each chat of a user, by primary key, as a page of its inbox looks at them. */
const ownChats = (userId: string) =>
  `members u join chats c on c.id = u.chat_id where u.user_id = ${userId} and u.removed_at is null`

/** Materialised, for each of the two sums would have what is unread counted by itself. */
const countUnread = statement(
  'inbox-unread',
  { userId: scalar<UserId>('text') },
  ({ userId }) => `
    with counted as materialized (select ${UNREAD} as unread from ${ownChats(userId)})
    select count(*) filter (where unread > 0), coalesce(sum(unread), 0)::bigint from counted`,
  ([chats, messages]) => ({ chats, messages }) as UnreadTotal,
)

export const readUnread = async (pool: Pool, userId: UserId): Promise<UnreadTotal> => {
  const [total] = await countUnread(pool, { userId })
  return total as UnreadTotal
}

/**
 * Milliseconds by which a change that is seen after a moment may bear a time before it. A change bears the time when its
 * transaction began, and is seen once that was committed, which the timeouts of statements put off by some seconds at the most.
 * The rest is for a database whose clock was set back, or that goes on on another machine.
 */
const MARGIN_MS = 30_000

/** A moment that the database has not come to yet is of another clock: then every chat may have changed. */
const findSince = statement(
  'inbox-since',
  { userId: scalar<UserId>('text'), moment: scalar<number>('bigint') },
  ({ userId, moment }) => `
    select ${MOMENT}, coalesce(json_agg(u.chat_id), '[]'), coalesce(json_agg(u.chat_id) filter (
      where ${moment} > ${MOMENT}
      or greatest(c.touched_at, u.marked_at) >= to_timestamp((${moment} - ${MARGIN_MS}) / 1000.0)
    ), '[]')
    from ${ownChats(userId)}`,
  (row) => ({
    moment: momentIn(row),
    chatIds: JSON.parse(row[1] as string) as readonly ChatId[],
    changed: JSON.parse(row[2] as string) as readonly ChatId[],
  }),
)

export const readSince = async (pool: Pool, userId: UserId, moment: Moment) => {
  const [found] = await findSince(pool, { userId, moment })
  return found as NonNullable<typeof found>
}
