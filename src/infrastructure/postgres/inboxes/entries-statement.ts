import type { Pool } from 'pg'
import type { InboxAddress, InboxNews, Moment, OwnReading } from '../../../application/ports/inboxes.ts'
import { table } from '../database/parameters.ts'
import { inParts, type Parts } from '../database/parts.ts'
import { CHAT, CHAT_WIDTH, chatOfJson, memberAddressColumns } from '../database/rows.ts'
import { statement } from '../database/statement.ts'
import { lastMessage, lastMessageOf, MOMENT, momentIn } from './expressions.ts'

/**
 * Each chat, its last message and its tombstones once, however many of its members are asked for: those after the first of
 * their markers, in an array in which each marker has its place (`offset 0` has it made once). Joined by the chat that is asked
 * for, as in `viewedBy`, and for its reason.
 */
const findEntries = statement(
  'inbox-entries',
  { asked: table<InboxAddress>(memberAddressColumns) },
  ({ asked }, { among }) => `
    select ${MOMENT}, json_agg(json_build_array(${CHAT}, ${lastMessage(among('m.chat_id', asked.arrays.chatId))}, (
      select json_agg(json_build_array(u.user_id, u.role, u.marker,
        c.last_message_id - u.marker - cardinality(tombstones.ids) + width_bucket(u.marker, tombstones.ids)
      ))
      from unnest(own.user_ids, own.roles, own.markers) u (user_id, role, marker)
    )))
    from (
      select asked.chat_id, min(u.read_message_id) as first_marker, array_agg(u.user_id) as user_ids,
        array_agg(u.role) as roles, array_agg(u.read_message_id) as markers
      from ${asked.rows}
      join members u on u.chat_id = asked.chat_id and u.user_id = asked.user_id and u.removed_at is null
        ${among('u.chat_id', asked.arrays.chatId)}
      group by asked.chat_id
    ) own
    join chats c on c.id = own.chat_id ${among('c.id', asked.arrays.chatId)}
    cross join lateral (
      select array(
        select m.id from messages m
        where m.chat_id = own.chat_id ${among('m.chat_id', asked.arrays.chatId)}
          and m.id > own.first_marker and m.deleted_at is not null order by m.id
      ) as ids
      offset 0
    ) tombstones`,
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

const readTogether = async (
  pool: Pool,
  asked: readonly InboxAddress[],
): Promise<{ readonly news: readonly InboxNews[]; readonly moment: Moment }> => {
  const [found] = await findEntries(pool, { asked })
  const { moment, rows } = found as NonNullable<typeof found>
  return { news: rows.map(newsOf), moment }
}

/** At one moment; where chats are spread, those of each part are, and the moment is the first of these. */
export const readEntries = async (pool: Pool, asked: readonly InboxAddress[], parts?: Parts) => {
  const found = await inParts(
    parts,
    ({ chatId }) => chatId,
    asked,
    async (ofPart) => [await readTogether(pool, ofPart)],
  )
  return {
    news: found.flatMap(({ news }) => news),
    moment: Math.min(...found.map(({ moment }) => moment)) as Moment,
  }
}
