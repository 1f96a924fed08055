import type { Pool } from 'pg'
import { type Caller, type UserId, userOf } from '../../../domain/caller.ts'
import type { Message } from '../../../domain/chat/message.ts'
import type { ChatId, MessageId } from '../../../domain/identity.ts'
import type { Parts } from '../database/parts.ts'
import { bigint, type Columns, text } from '../database/columns.ts'
import { table } from '../database/parameters.ts'
import {
  MESSAGE,
  MESSAGE_TYPES,
  MESSAGE_WIDTH,
  type MessageAddress,
  messageAddressColumns,
  messageOf,
} from '../database/rows.ts'
import { shardStatement } from '../database/shard-statement.ts'
import { readingTogether } from './batches.ts'
import { firstOf, forViewers, isSeen, SIGHT, SIGHT_TYPES, viewedBy } from './seen.ts'

interface WantedMessage extends MessageAddress {
  readonly place: number
  readonly viewer: UserId | null
}
const plainColumns = { ...messageAddressColumns, place: bigint('place') } satisfies Columns<
  Omit<WantedMessage, 'viewer'>
>
const viewedColumns = { ...plainColumns, viewer: text('viewer') } satisfies Columns<WantedMessage>

const SIGHT_FROM = 2 + MESSAGE_WIDTH

/** Where users ask, their memberships come along. Joined by the chat that is asked for, as in `viewedBy`, and for its reason. */
const statementFor = forViewers((isViewed) =>
  shardStatement(
    isViewed ? 'messages-viewed' : 'messages',
    { wanted: table<WantedMessage>(isViewed ? viewedColumns : (plainColumns as typeof viewedColumns)) },
    { chatOf: firstOf, isReading: true },
    ({ wanted }, { chats, messages, members }) => `
      select wanted.place, m.id is not null, ${MESSAGE} ${isViewed ? `, ${SIGHT}` : ''}
      from ${wanted.rows}
      join ${chats} c on c.id = wanted.chat_id
      ${isViewed ? viewedBy('wanted.viewer', 'wanted.chat_id', members) : ''}
      left join ${messages} m on m.chat_id = wanted.chat_id and m.id = wanted.id and m.deleted_at is null`,
    ['bigint', 'boolean', ...MESSAGE_TYPES, ...(isViewed ? SIGHT_TYPES : [])],
    (row) => ({ place: row[0] as number, message: row[1] === 't' ? messageOf(row, 2) : null, row }),
  ),
)

export const messageStatements = statementFor.both

interface Asked extends MessageAddress {
  readonly caller: Caller
}

/** Single messages: null when there is no such message, undefined when there is no such chat for the caller. */
export const postgresMessages = (pool: Pool, parts?: Parts) => {
  const find = async (asked: readonly Asked[]) => {
    const found: (Message | null | undefined)[] = asked.map(() => undefined)
    const wanted = asked.map(({ caller, chatId, id }, place) => ({ viewer: userOf(caller), chatId, id, place }))
    for (const { place, message, row } of await statementFor(wanted)(pool, { wanted })) {
      const { caller, chatId } = asked[place] as Asked
      if (isSeen(caller, chatId, row, SIGHT_FROM)) found[place] = message
    }
    return found
  }
  const findTogether = readingTogether(pool, parts, find)
  return (caller: Caller, chatId: ChatId, id: MessageId): Promise<Message | null | undefined> =>
    findTogether({ caller, chatId, id })
}
