import type { Pool } from 'pg'
import {
  type MessagePage,
  messagePage,
  type MessageSelection,
  type Page,
  type Selection,
} from '../../../application/ports/page.ts'
import type { ChatTitle } from '../../../domain/chat/chat.ts'
import type { ChatId, MessageId, MessagePosition, Revision } from '../../../domain/identity.ts'
import type { Message, MessageText } from '../../../domain/chat/message.ts'
import { CHAT, MESSAGE } from '../database/rows.ts'
import { gathering } from './batching.ts'
import { plain, prepared } from '../database/statement.ts'
import { type Recent, recent } from '../database/bounded-map.ts'

interface Wanted {
  readonly chatId: ChatId
  readonly selection: MessageSelection
}

/**
 * Many pages in one statement, each a range of one index read from its cursor. A page is one value, JSON, which PostgreSQL
 * writes and we read at a third of the cost of as many rows; null, if the chat still has the revision under which we
 * know it.
 */
const statement = (order: 'asc' | 'desc') => `
  select w.n, case when c.revision is distinct from w.known then json_build_array(${CHAT}, (
    select json_agg(json_build_array(${MESSAGE}))
    from (
      select * from messages m
      where m.chat_id = w.chat_id and m.deleted_at is null and m.id < w.before and m.id > w.after
      order by m.id ${order} limit w.size
    ) m
  )) end
  from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
    with ordinality w (chat_id, size, before, after, known, n)
  join chats c on c.id = w.chat_id`

type MessageJson = [MessageId, MessageText, string, string | null, Revision]
type PageJson = [ChatId, ChatTitle, string, string, MessagePosition, Revision, Revision, MessageJson[] | null]

/** Of what was found, one more than asked for if there is more. */
export const pageOf = <A>(found: readonly A[], { limit }: Selection<unknown, unknown>, forwards: boolean): Page<A> => {
  const entries = found.slice(0, limit)
  return { entries: forwards ? entries.reverse() : entries, more: found.length > limit }
}

/** Whether the page begins at its older end. */
export const goesForwards = ({ before, after }: Selection<unknown, unknown>): boolean =>
  after !== undefined && before === undefined

const readPage = (json: string, selection: MessageSelection): MessagePage => {
  const [id, title, createdAt, updatedAt, lastMessageId, revision, changedAtRevision, messages] = JSON.parse(
    json,
  ) as PageJson
  const times = { createdAt: new Date(createdAt), updatedAt: new Date(updatedAt) }
  const found = (messages ?? []).map(([messageId, text, createdAt, editedAt, revision]): Message => ({
    chatId: id,
    id: messageId,
    text,
    createdAt: new Date(createdAt),
    editedAt: editedAt === null ? null : new Date(editedAt),
    revision,
  }))
  const chat = { id, title, ...times, lastMessageId, revision, changedAtRevision }
  return messagePage(chat, pageOf(found, selection, goesForwards(selection)))
}

interface Known {
  readonly page: MessagePage
  /** When the database was asked for it, in milliseconds of `performance.now()`. */
  readonly since: number
  /** About what it holds in memory. */
  readonly bytes: number
}

export interface PageMemory {
  /** What all known pages together may hold. */
  readonly bytes: number
  /** How long one is known. */
  readonly milliseconds: number
}

const MEMORY: PageMemory = { bytes: 16_000_000, milliseconds: 60_000 }

const knownOf = (page: MessagePage, since: number): Known => {
  const bytes = page.entries.reduce((sum, { text }) => sum + 2 * text.length + 200, 500)
  return { page, since, bytes }
}

const keyOf = ({ chatId, selection: { limit, before, after } }: Wanted) =>
  `${chatId} ${limit} ${before ?? ''} ${after ?? ''}`

/** Pages asked for in one statement, and statements under way at once. */
const GATHERED = { groupSize: 64, atOnce: 2 }

const pagesInOrder = (pool: Pool, known: Recent<string, Known>, milliseconds: number, order: 'asc' | 'desc') => {
  const rows = prepared<[n: number, json: string | null]>(`pages-${order}`, statement(order))

  const look = async (group: readonly Wanted[]) => {
    const since = performance.now()
    const keys = group.map(keyOf)
    const remembered = keys.map((key) => {
      const found = known.get(key)
      return found && since - found.since < milliseconds ? found : undefined
    })
    const found = await rows(pool, [
      plain(group.map(({ chatId }) => chatId)),
      plain(group.map(({ selection }) => selection.limit + 1)),
      plain(group.map(({ selection }) => selection.before ?? Number.MAX_SAFE_INTEGER)),
      plain(group.map(({ selection }) => selection.after ?? 0)),
      plain(remembered.map((known) => known?.page.chat.revision ?? -1)),
    ])
    const pages: (MessagePage | undefined)[] = group.map(() => undefined)
    for (const [n, json] of found) {
      const { selection } = group[n - 1] as Wanted
      const now = json === null ? (remembered[n - 1] as Known) : knownOf(readPage(json, selection), since)
      known.set(keys[n - 1] as string, now)
      pages[n - 1] = now.page
    }
    return pages
  }

  return gathering(look, GATHERED)
}

/**
 * Pages of messages, each with its chat as both were at one moment; undefined when there is no such chat.
 *
 * Every page is asked of the database, but a page of a chat that has the revision it had when the page was last read is
 * not read again: each change of a chat or its messages takes a revision, so it is the same. Whoever changes messages by
 * hand without one is found out a minute later, and a database that was put back in place with its connections.
 */
export const postgresPages = (pool: Pool, { bytes, milliseconds }: PageMemory = MEMORY) => {
  const known = recent<string, Known>(bytes, ({ bytes }) => bytes)
  pool.on('remove', known.forgetAll)
  const newest = pagesInOrder(pool, known, milliseconds, 'desc')
  const oldest = pagesInOrder(pool, known, milliseconds, 'asc')
  return (chatId: ChatId, selection: MessageSelection): Promise<MessagePage | undefined> =>
    (goesForwards(selection) ? oldest : newest)({ chatId, selection })
}
