import type { Pool } from 'pg'
import type { ChatSelection, MessageSelection, Page, Selection } from '../../application/ports.ts'
import type { Chat } from '../../domain/chat.ts'
import type { ChatId, MessageId } from '../../domain/identity.ts'
import type { Message } from '../../domain/message.ts'
import { CHAT, type ChatColumns, chatOf, MESSAGE, type MessageColumns, messageOf, types } from './columns.ts'

/** One direction of a page is one prepared statement: a range of one index, read from the cursor. */
const NEWEST = `m.id < $3 and m.id > $4 order by m.id desc`
const OLDEST = `m.id > $4 order by m.id`

/** The chat, then its messages in the same columns: each value once, where a join would repeat the chat on every row. */
const messagesOf = (range: string) => `
  select ${CHAT} from chats c where c.id = $1
  union all
  (select ${MESSAGE}, null, null from messages m
   where m.chat_id = $1 and m.deleted_at is null and ${range} limit $2)`

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

type Columns = ChatColumns | [...MessageColumns, null, null]
const isChat = (columns: Columns): columns is ChatColumns => columns[6] !== null

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
      const name = forwards ? 'messagesAfter' : 'messagesBefore'
      const found = await rows<Columns>(name, [id, limit + 1, before, after])
      const chat = found.find(isChat)
      if (!chat) return undefined
      const messages = found
        .filter((columns) => !isChat(columns))
        .map(([messageId, text, createdAt, editedAt, revision]) =>
          messageOf(id, [messageId, text, createdAt, editedAt, revision] as MessageColumns),
        )
        // A union promises no order of its own.
        .sort((a, b) => (forwards ? a.id - b.id : b.id - a.id))
      return { chat: chatOf(chat), ...pageOf(messages, selection, forwards) }
    },
  }
}
