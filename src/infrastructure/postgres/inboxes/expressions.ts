import type { Moment } from '../../../application/ports/inboxes.ts'
import type { Message } from '../../../domain/chat/message.ts'
import { MESSAGE, messageOfJson } from '../database/rows.ts'
import { unreadAfter } from '../database/unread.ts'

/**
 * When a statement began, by the clock of the database: milliseconds since 1970, rounded down. `statement_timestamp()` would
 * not do: it goes on with the message that executes the statement, and then is later than what the statement sees.
 */
export const MOMENT = 'floor(extract(epoch from now()) * 1000)::bigint'
export const momentIn = (row: readonly unknown[]): Moment => row[0] as Moment

/** Of a chat `c`, what a member `u` has not read. Tombstones are not even looked at where everything is read. */
export const UNREAD = `
  case when c.last_message_id > u.read_message_id
    then ${unreadAfter('u.read_message_id', 'c.last_message_id', 'c.id')} else 0 end`

/**
 * Of a chat `c`, the newest message that is not deleted, as one value: from the end of the primary key, over the tombstones that
 * stand behind it.
 */
export const lastMessage = (inPart = ''): string => `(
  select json_build_array(${MESSAGE}) from messages m
  where m.chat_id = c.id ${inPart} and m.deleted_at is null order by m.id desc limit 1
)`
export const lastMessageOf = (json: unknown): Message | null => (json ? messageOfJson(json as unknown[]) : null)
