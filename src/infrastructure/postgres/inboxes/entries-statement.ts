import type { Pool } from 'pg'
import type { InboxAddress, InboxNews, Moment, OwnReading } from '../../../application/ports/inboxes.ts'
import { table } from '../database/parameters.ts'
import { CHAT, CHAT_WIDTH, chatOfJson, memberAddressColumns } from '../database/rows.ts'
import { statement } from '../database/statement.ts'
import { LAST_MESSAGE, lastMessageOf, MOMENT, momentIn, UNREAD } from './expressions.ts'

/**
 * Each chat and its last message once, with what is the own of those of its members that are asked for. Joined by the chat that
 * is asked for, as in `viewedBy`, and for its reason.
 */
const findEntries = statement(
  'inbox-entries',
  { asked: table<InboxAddress>(memberAddressColumns) },
  ({ asked }) => `
    select ${MOMENT}, json_agg(news.json) from (
      select json_build_array(
        ${CHAT}, ${LAST_MESSAGE}, json_agg(json_build_array(u.user_id, u.role, u.read_message_id, ${UNREAD}))
      ) as json
      from ${asked.rows}
      join members u on u.chat_id = asked.chat_id and u.user_id = asked.user_id and u.removed_at is null
      join chats c on c.id = asked.chat_id
      group by c.id
    ) news`,
  (row) => ({ moment: momentIn(row), rows: JSON.parse((row[1] as string | null) ?? '[]') as readonly unknown[][] }),
)

type OwnRow = readonly [
  userId: OwnReading['userId'],
  role: OwnReading['role'],
  readMessageId: OwnReading['readMessageId'],
  unread: OwnReading['unread'],
]

const newsOf = (row: readonly unknown[]): InboxNews => {
  const [lastMessage, members] = row.slice(CHAT_WIDTH)
  return {
    chat: chatOfJson(row),
    lastMessage: lastMessageOf(lastMessage),
    members: (members as readonly OwnRow[]).map(([userId, role, readMessageId, unread]) => ({
      userId,
      role,
      readMessageId,
      unread,
    })),
  }
}

export const readEntries = async (
  pool: Pool,
  asked: readonly InboxAddress[],
): Promise<{ readonly news: readonly InboxNews[]; readonly moment: Moment }> => {
  const [found] = await findEntries(pool, { asked })
  const { moment, rows } = found as NonNullable<typeof found>
  return { news: rows.map(newsOf), moment }
}
