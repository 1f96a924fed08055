import type { Pool } from 'pg'
import type { ChatSelection, MessageSelection, Page, Selection } from '../../application/ports.ts'
import type { Chat } from '../../domain/chat.ts'
import type { ChatId, MessageId } from '../../domain/identity.ts'
import type { Message } from '../../domain/message.ts'
import {
  CHAT,
  CHAT_WIDTH,
  type ChatColumns,
  chatOf,
  MESSAGE,
  type MessageColumns,
  messageOf,
  types,
} from './columns.ts'

/** One direction of a page is one prepared statement: a range of one index, read from the cursor. */
const NEWEST = `m.id < $3 and m.id > $4 order by m.id desc`
const OLDEST = `m.id > $4 order by m.id`

const messagesOf = (range: string) => `
  select ${CHAT}, ${MESSAGE.replaceAll(/m\.(\w+)/g, 'm.$1 as m_$1')}
  from chats c
  left join lateral (
    select * from messages m where m.chat_id = $1 and m.deleted_at is null and ${range} limit $2
  ) m on true
  where c.id = $1`

const statements = {
  chat: `select ${CHAT} from chats c where c.id = $1`,
  chatsBefore: `select ${CHAT} from chats c where c.id < $2 and c.id > $3 order by c.id desc limit $1`,
  chatsAfter: `select ${CHAT} from chats c where c.id > $3 and c.id < $2 order by c.id limit $1`,
  messagesBefore: messagesOf(NEWEST),
  messagesAfter: messagesOf(`m.id < $3 and ${OLDEST}`),
  message: `
    select ${MESSAGE}
    from chats c left join messages m on m.chat_id = c.id and m.id = $2 and m.deleted_at is null
    where c.id = $1`,
} as const

/** The right side of the outer join, where the range holds no message. */
type NoMessage = [null, null, null, null, null]
const pageOf = <A>(found: readonly A[], { limit }: Selection<unknown, unknown>, forwards: boolean): Page<A> => {
  const entries = found.slice(0, limit)
  return { entries: forwards ? entries.reverse() : entries, more: found.length > limit }
}

const goesForwards = ({ before, after }: Selection<unknown, unknown>) => after !== undefined && before === undefined

/** Reads past the unit of work: each is one prepared statement on any free connection, and one moment in time. */
export const postgresReads = (pool: Pool) => {
  const rows = async <Row extends unknown[]>(name: keyof typeof statements, values: readonly unknown[]) =>
    (await pool.query<Row>({ name, text: statements[name], values: [...values], rowMode: 'array', types } as never))
      .rows

  return {
    chat: async (id: ChatId): Promise<Chat | undefined> => {
      const [row] = await rows<ChatColumns>('chat', [id])
      return row && chatOf(row)
    },

    chats: async (selection: ChatSelection): Promise<Page<Chat>> => {
      const forwards = goesForwards(selection)
      const { limit, before = Number.MAX_SAFE_INTEGER, after = 0 } = selection
      const found = await rows<ChatColumns>(forwards ? 'chatsAfter' : 'chatsBefore', [limit + 1, before, after])
      return pageOf(found.map(chatOf), selection, forwards)
    },

    message: async (id: ChatId, messageId: MessageId): Promise<Message | null | undefined> => {
      const [row] = await rows<MessageColumns | [null]>('message', [id, messageId])
      return row && (row[0] === null ? null : messageOf(id, row))
    },

    messages: async (id: ChatId, selection: MessageSelection) => {
      const forwards = goesForwards(selection)
      const { limit, before = Number.MAX_SAFE_INTEGER, after = 0 } = selection
      const found = await rows(forwards ? 'messagesAfter' : 'messagesBefore', [id, limit + 1, before, after])
      const [first] = found
      if (!first) return undefined
      const messages = found
        .map((row) => row.slice(CHAT_WIDTH) as MessageColumns | NoMessage)
        .filter((columns) => columns[0] !== null)
        .map((columns) => messageOf(id, columns))
      return { chat: chatOf(first as ChatColumns), ...pageOf(messages, selection, forwards) }
    },
  }
}
