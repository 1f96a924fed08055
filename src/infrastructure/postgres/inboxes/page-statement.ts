import type { Pool } from 'pg'
import type { InboxEntry, InboxPage, InboxSelection } from '../../../application/ports/inboxes.ts'
import type { UserId } from '../../../domain/caller.ts'
import { GREATEST, type ChatId } from '../../../domain/identity.ts'
import { scalar } from '../database/parameters.ts'
import { CHAT, CHAT_WIDTH, chatOfJson } from '../database/rows.ts'
import { statement } from '../database/statement.ts'
import { lastMessage, lastMessageOf, MOMENT, momentIn, UNREAD } from './expressions.ts'

/** Before every place there is. */
const FIRST_PLACE = { activeAt: 'infinity', chatId: GREATEST } as const

/**
 * One look at each chat of the user, by primary key: when a chat was last active stands in its own row alone, and an order kept
 * with the members would have every send write the row of every member. What is shown is read for the page alone, whose chats
 * are joined once more: spread over several machines, messages are where their chats are, and not where the page is.
 */
const findPage = statement(
  'inbox-page',
  {
    userId: scalar<UserId>('text'),
    activeAt: scalar<Date | 'infinity'>('timestamptz'),
    chatId: scalar<ChatId | number>('bigint'),
    limit: scalar<number>('bigint'),
  },
  ({ userId, activeAt, chatId, limit }) => `
    select ${MOMENT}, json_agg(
      json_build_array(${CHAT}, u.role, u.read_message_id, ${UNREAD}, ${lastMessage()})
      order by c.active_at desc, c.id desc
    )
    from (
      select c.id, u.role, u.read_message_id
      from members u join chats c on c.id = u.chat_id
      where u.user_id = ${userId} and u.removed_at is null and (c.active_at, c.id) < (${activeAt}, ${chatId})
      order by c.active_at desc, c.id desc limit ${limit}
    ) u join chats c on c.id = u.id`,
  (row) => ({ moment: momentIn(row), rows: JSON.parse((row[1] as string | null) ?? '[]') as readonly unknown[][] }),
)

const entryOf =
  (userId: UserId) =>
  (row: readonly unknown[]): InboxEntry => {
    const [role, readMessageId, unread, lastMessage] = row.slice(CHAT_WIDTH)
    return {
      chat: chatOfJson(row),
      lastMessage: lastMessageOf(lastMessage),
      userId,
      ...({ role, readMessageId, unread } as Pick<InboxEntry, 'role' | 'readMessageId' | 'unread'>),
    }
  }

export const readPage = async (pool: Pool, userId: UserId, { limit, before }: InboxSelection): Promise<InboxPage> => {
  const [found] = await findPage(pool, { userId, ...(before ?? FIRST_PLACE), limit: limit + 1 })
  const { moment, rows } = found as NonNullable<typeof found>
  return { entries: rows.slice(0, limit).map(entryOf(userId)), more: rows.length > limit, moment }
}
