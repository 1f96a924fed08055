import * as E from 'fp-ts/lib/Either.js'
import type { Pool } from 'pg'
import type { Journal } from '../../application/ports/journal.ts'
import type { ChatId, Revision } from '../../domain/identity.ts'
import type { Message, Tombstone } from '../../domain/chat/message.ts'
import { attempt } from './database/retry.ts'
import { CHAT, CHAT_WIDTH, type ChatColumns, chatOf, MESSAGE, type MessageColumns, messageOf } from './database/rows.ts'
import { plain, prepared } from './database/statement.ts'

type Columns = [...ChatColumns, Date | null, ...(MessageColumns | [null])]

const changeRows = prepared<Columns>(
  'since',
  `select ${CHAT}, m.deleted_at, ${MESSAGE}
  from chats c
  left join lateral (
    select * from messages m where m.chat_id = $1 and m.revision > $2 order by m.revision limit $3
  ) m on true
  where c.id = $1`,
)
const revisionRows = prepared<[ChatId, Revision]>(
  'revisions',
  `select id, revision from chats where id = any($1::bigint[])`,
)

/** Chats asked for in one statement. */
const CHUNK = 1000

const entryOf = (chatId: ChatId, columns: MessageColumns, deletedAt: Date | null): Message | Tombstone => {
  const message = messageOf(chatId, columns)
  if (!deletedAt) return message
  const { id, createdAt, editedAt, revision } = message
  return { chatId, id, createdAt, editedAt, deletedAt, revision }
}

/** What happened since a revision is one range of the index on `(chat_id, revision)`. */
export const postgresJournal = (pool: Pool): Journal => {
  return {
    since: (id, after, limit) =>
      attempt(async () => {
        const found = await changeRows(pool, [id, after, limit + 1])
        const [first] = found
        if (!first) return E.left({ kind: 'ChatNotFound', chatId: id })
        const messages = found.flatMap((row) => {
          const [deletedAt, ...columns] = row.slice(CHAT_WIDTH) as [Date | null, ...(MessageColumns | [null])]
          return columns[0] === null ? [] : [entryOf(id, columns, deletedAt)]
        })
        return E.right({
          chat: chatOf(first as unknown as ChatColumns),
          messages: messages.slice(0, limit),
          more: messages.length > limit,
        })
      }),

    revisions: (ids) =>
      attempt(async () => {
        const revisions = new Map<ChatId, Revision>()
        for (let start = 0; start < ids.length; start += CHUNK) {
          const chunk = ids.slice(start, start + CHUNK)
          for (const [id, revision] of await revisionRows(pool, [plain(chunk)])) revisions.set(id, revision)
        }
        return E.right(revisions)
      }),
  }
}
