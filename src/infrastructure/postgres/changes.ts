import * as E from 'fp-ts/lib/Either.js'
import type { Pool } from 'pg'
import type { Journal } from '../../application/ports.ts'
import type { Chat, ChatTitle } from '../../domain/chat.ts'
import type { ChatId, MessageId, MessagePosition, Revision } from '../../domain/identity.ts'
import type { Message, MessageText, Tombstone } from '../../domain/message.ts'
import { attempt } from './attempt.ts'

const SINCE = `
  select c.title, c.created_at, c.updated_at, c.last_message_id, c.revision, c.changed_at_revision,
    m.id, m.text, m.created_at, m.edited_at, m.deleted_at, m.revision
  from chats c
  left join lateral (
    select * from messages m where m.chat_id = $1 and m.revision > $2 order by m.revision limit $3
  ) m on true
  where c.id = $1`

const REVISIONS = `select id, revision from chats where id = any($1::bigint[])`

/** Chats asked for in one statement. */
const CHUNK = 1000

const INT8 = 20
const TIMESTAMPTZ = 1184
const date = (text: string) => new Date(text)
const same = (text: string) => text
const types = {
  getTypeParser: (oid: number) => (oid === INT8 ? Number : oid === TIMESTAMPTZ ? date : same),
}

type ChatColumns = readonly [ChatTitle, Date, Date, MessagePosition, Revision, Revision]
type MessageColumns = readonly [MessageId, MessageText | null, Date, Date | null, Date | null, Revision]

const chatOf = (id: ChatId, columns: ChatColumns): Chat => {
  const [title, createdAt, updatedAt, lastMessageId, revision, changedAtRevision] = columns
  return { id, title, createdAt, updatedAt, lastMessageId, revision, changedAtRevision }
}

const entryOf = (chatId: ChatId, columns: MessageColumns): Message | Tombstone => {
  const [id, text, createdAt, editedAt, deletedAt, revision] = columns
  return deletedAt
    ? { chatId, id, createdAt, editedAt, deletedAt, revision }
    : { chatId, id, text: text as MessageText, createdAt, editedAt, revision }
}

/** What happened since a revision is one range of the index on `(chat_id, revision)`. */
export const postgresJournal = (pool: Pool): Journal => {
  const rows = async <Row extends unknown[]>(name: string, text: string, values: readonly unknown[]) =>
    (await pool.query<Row>({ name, text, values: [...values], rowMode: 'array', types } as never)).rows

  return {
    since: (id, after, limit) =>
      attempt(async () => {
        const found = await rows<[...ChatColumns, ...MessageColumns]>('since', SINCE, [id, after, limit + 1])
        const [first] = found
        if (!first) return E.left({ kind: 'ChatNotFound', chatId: id })
        const messages = found
          .map((row) => row.slice(6) as unknown as MessageColumns | readonly [null])
          .filter((columns): columns is MessageColumns => columns[0] !== null)
          .map((columns) => entryOf(id, columns))
        return E.right({
          chat: chatOf(id, first as unknown as ChatColumns),
          messages: messages.slice(0, limit),
          more: messages.length > limit,
        })
      }),

    revisions: (ids) =>
      attempt(async () => {
        const revisions = new Map<ChatId, Revision>()
        for (let start = 0; start < ids.length; start += CHUNK) {
          const chunk = ids.slice(start, start + CHUNK)
          for (const [id, revision] of await rows<[ChatId, Revision]>('revisions', REVISIONS, [chunk]))
            revisions.set(id, revision)
        }
        return E.right(revisions)
      }),
  }
}
