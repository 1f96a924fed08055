import * as E from 'fp-ts/lib/Either.js'
import type { Pool } from 'pg'
import { firstOf, type Journal, type Sight } from '../../application/ports/journal.ts'
import { type Caller, reaches, type UserId, userOf } from '../../domain/caller.ts'
import { sees } from '../../domain/chat/sight.ts'
import type { ChatId, Revision } from '../../domain/identity.ts'
import { chunksOf } from './database/chunks.ts'
import { nullsOf } from './database/columns.ts'
import { inTime } from './database/deadline.ts'
import { list, scalar } from './database/parameters.ts'
import { retry } from './database/retry.ts'
import {
  CHAT,
  CHAT_WIDTH,
  chatOf,
  ENTRY,
  entryColumns,
  entryOf,
  MEMBERSHIP,
  membershipColumns,
  membershipOf,
  readEntry,
} from './database/rows.ts'
import { statement } from './database/statement.ts'
import { viewedBy } from './reads/seen.ts'

/** Where a message and a membership begin in the row, each after a word whether there is one. */
const [ENTRY_AT, MEMBER_AT] = [CHAT_WIDTH, CHAT_WIDTH + 1 + Object.keys(entryColumns).length]

/**
 * What happened since a revision is one range of the index on `(chat_id, revision)` of each table. That of members is not
 * even looked at unless the chat's own counter says that there is something.
 */
const findChanges = statement(
  'since',
  { chatId: scalar<ChatId>('bigint'), after: scalar<Revision>('bigint'), limit: scalar<number>('bigint') },
  ({ chatId, after, limit }) => `
    select ${CHAT}, changed.*
    from chats c
    left join lateral (
      (
        select true, ${ENTRY}, false, ${nullsOf(membershipColumns)} from messages m
        where m.chat_id = ${chatId} and m.revision > ${after} order by m.revision limit ${limit}
      )
      union all
      (
        select false, ${nullsOf(entryColumns)}, true, ${MEMBERSHIP} from members u
        where c.access_revision > ${after} and u.chat_id = ${chatId} and u.revision > ${after}
        order by u.revision limit ${limit}
      )
    ) changed on true
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

const findSights = statement(
  'sights',
  { ids: list<ChatId>('bigint'), viewer: scalar<UserId | null>('text') },
  ({ ids, viewer }, { orNobody }) => `
    select u.user_id is not null, ${CHAT}, ${MEMBERSHIP} from chats c ${viewedBy(orNobody(viewer))} where c.id = any(${ids})`,
  (row): Sight => ({
    chat: chatOf(row, 1),
    membership: row[0] === 't' ? membershipOf(row, 1 + CHAT_WIDTH) : undefined,
  }),
)

/** Chats asked for in one statement. */
const CHUNK = 1000

const inChunks = async <A>(ids: readonly ChatId[], find: (ids: readonly ChatId[]) => Promise<readonly A[]>) => {
  const found: A[] = []
  for (const chunk of chunksOf(ids, CHUNK)) found.push(...(await find(chunk)))
  return found
}

const sightsOf = async (pool: Pool, caller: Caller, ids: readonly ChatId[]) => {
  const within = ids.filter((id) => reaches(caller, id))
  const found = await inChunks(within, (chunk) => findSights(pool, { ids: chunk, viewer: userOf(caller) }))
  const inOrder = found.toSorted((a, b) => a.chat.id - b.chat.id)
  return new Map(
    inOrder.flatMap((sight) => (sees(caller, sight.chat, sight.membership) ? [[sight.chat.id, sight] as const] : [])),
  )
}

export const postgresJournal = (pool: Pool): Journal => ({
  since: (chatId, after, limit) =>
    inTime(
      retry(async () => {
        const rows = await findChanges(pool, { chatId, after, limit: limit + 1 })
        const [first] = rows
        if (!first) return E.left({ kind: 'ChatNotFound', chatId })
        const messages = rows.flatMap((row) => (row[ENTRY_AT] === 't' ? entryOf(readEntry(row, ENTRY_AT + 1)) : []))
        const members = rows.flatMap((row) => (row[MEMBER_AT] === 't' ? membershipOf(row, MEMBER_AT + 1) : []))
        return E.right(firstOf(limit, { chat: chatOf(first), messages, members, more: false }))
      }),
    ),

  revisions: (ids) =>
    inTime(retry(async () => E.right(new Map(await inChunks(ids, (chunk) => findRevisions(pool, { ids: chunk })))))),

  sights: (caller, ids) => inTime(retry(async () => E.right(await sightsOf(pool, caller, ids)))),
})
