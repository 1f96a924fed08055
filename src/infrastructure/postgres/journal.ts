import * as E from 'fp-ts/lib/Either.js'
import type { Pool } from 'pg'
import type { Journal } from '../../application/ports/journal.ts'
import { type Caller, reaches, type UserId } from '../../domain/caller.ts'
import type { Message, Tombstone } from '../../domain/chat/message.ts'
import type { ChatId, Revision } from '../../domain/identity.ts'
import { inTime } from './database/deadline.ts'
import { list, scalar } from './database/parameters.ts'
import { retry } from './database/retry.ts'
import { CHAT, CHAT_WIDTH, chatOf, ENTRY, entryOf, readEntry } from './database/rows.ts'
import { statement } from './database/statement.ts'
import { isSeen, viewedBy, VIEWER } from './reads/seen.ts'

/** Undefined where the chat stands alone, because no message changed. */
const changedIn = (row: readonly unknown[]): Message | Tombstone | undefined =>
  row[CHAT_WIDTH] === 't' ? entryOf(readEntry(row, CHAT_WIDTH + 1)) : undefined

const findChanges = statement(
  'since',
  { chatId: scalar<ChatId>('bigint'), after: scalar<Revision>('bigint'), limit: scalar<number>('bigint') },
  ({ chatId, after, limit }) => `
    select ${CHAT}, m.id is not null, ${ENTRY}
    from chats c
    left join lateral (
      select * from messages m where m.chat_id = ${chatId} and m.revision > ${after} order by m.revision limit ${limit}
    ) m on true
    where c.id = ${chatId}`,
  // The chat stands on every row, and is read once.
  (row) => row,
)

const findRevisions = statement(
  'revisions',
  { ids: list<ChatId>('bigint') },
  ({ ids }) => `select id, revision from chats where id = any(${ids})`,
  (row) => row as readonly [ChatId, Revision],
)

const findSeen = statement(
  'revisions-viewed',
  { ids: list<ChatId>('bigint'), viewer: scalar<UserId>('text') },
  ({ ids, viewer }) => `select c.id, c.revision, ${VIEWER} from chats c ${viewedBy(viewer)} where c.id = any(${ids})`,
  (row) => row,
)

const revisionsFor = async (pool: Pool, caller: Caller, ids: readonly ChatId[]) => {
  const within = ids.filter((id) => reaches(caller, id))
  if (caller.kind === 'service') return findRevisions(pool, { ids: within })
  const found = await findSeen(pool, { ids: within, viewer: caller.id })
  return found
    .filter((row) => isSeen(caller, row[0] as ChatId, row, 2))
    .map(([id, revision]) => [id, revision] as readonly [ChatId, Revision])
}

/** Chats asked for in one statement. */
const CHUNK = 1000

/** What happened since a revision is one range of the index on `(chat_id, revision)`. */
export const postgresJournal = (pool: Pool): Journal => ({
  since: (chatId, after, limit) =>
    inTime(
      retry(async () => {
        const found = await findChanges(pool, { chatId, after, limit: limit + 1 })
        const [first] = found
        if (!first) return E.left({ kind: 'ChatNotFound', chatId })
        const messages = found.flatMap((row) => changedIn(row) ?? [])
        return E.right({ chat: chatOf(first), messages: messages.slice(0, limit), more: messages.length > limit })
      }),
    ),

  revisions: (caller, ids) =>
    inTime(
      retry(async () => {
        const revisions = new Map<ChatId, Revision>()
        for (let start = 0; start < ids.length; start += CHUNK) {
          const chunk = ids.slice(start, start + CHUNK)
          for (const [id, revision] of await revisionsFor(pool, caller, chunk)) revisions.set(id, revision)
        }
        return E.right(revisions)
      }),
    ),
})
