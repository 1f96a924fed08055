import { type MessagePage, messagePage, type MessageSelection, readsForwards } from '../../../application/ports/page.ts'
import { type Caller, type UserId, userOf } from '../../../domain/caller.ts'
import type { ChatId, Revision } from '../../../domain/identity.ts'
import { bigint, type Columns, text } from '../database/columns.ts'
import { table } from '../database/parameters.ts'
import { CHAT, CHAT_WIDTH, chatOfJson, MESSAGE, messageOfJson } from '../database/rows.ts'
import { shardStatement } from '../database/shard-statement.ts'
import type { Session } from '../database/statement.ts'
import { pageOf } from './page-of.ts'
import { firstOf, forViewers, isSeen, SIGHT, SIGHT_TYPES, viewedBy } from './seen.ts'

/** A page that is asked for; `known` is the revision of the chat under which it is cached, or one that no chat has. */
export interface WantedPage {
  readonly caller: Caller
  readonly chatId: ChatId
  readonly selection: MessageSelection
  readonly known: Revision | -1
}

interface WantedRow {
  readonly viewer: UserId | null
  readonly chatId: ChatId
  readonly size: number
  readonly before: number
  readonly after: number
  readonly known: number
  readonly replyTo: number | null
  readonly place: number
}
const plainColumns = {
  chatId: bigint('chat_id'),
  size: bigint('size'),
  before: bigint('before'),
  after: bigint('after'),
  known: bigint('known'),
  place: bigint('place'),
} satisfies Columns<Omit<WantedRow, 'viewer' | 'replyTo'>>

/** The columns that the statement asks with: whose membership comes along, and which message is answered, where it matters. */
const columnsOf = (isViewed: boolean, isOfReplies: boolean) =>
  ({
    ...plainColumns,
    ...(isViewed && { viewer: text('viewer') }),
    ...(isOfReplies && { replyTo: bigint('reply_to') }),
  }) as Columns<WantedRow>

const rowOf = ({ caller, chatId, selection, known }: WantedPage, place: number): WantedRow => ({
  viewer: userOf(caller),
  chatId,
  size: selection.limit + 1,
  before: selection.before ?? Number.MAX_SAFE_INTEGER,
  after: selection.after ?? 0,
  known,
  replyTo: selection.replyTo ?? null,
  place,
})

/**
 * Many pages in one statement, each a range of one index read from its cursor. A page is one value, JSON, which PostgreSQL
 * writes and we read at a third of the cost of as many rows; null, if the chat still has the revision under which we
 * know it. Where users ask, their memberships come along.
 */
const pagesIn = (order: 'asc' | 'desc', isViewed: boolean, isOfReplies: boolean) =>
  shardStatement(
    `pages-${order}${isOfReplies ? '-of-replies' : ''}${isViewed ? '-viewed' : ''}`,
    { wanted: table<WantedRow>(columnsOf(isViewed, isOfReplies)) },
    { chatOf: firstOf, isReading: true },
    ({ wanted }, { chats, messages, members }) => `
      select wanted.place, case when c.revision is distinct from wanted.known then json_build_array(${CHAT}, (
        select json_agg(json_build_array(${MESSAGE}))
        from (
          select * from ${messages} m
          where m.chat_id = wanted.chat_id and m.deleted_at is null and m.id < wanted.before and m.id > wanted.after
            ${isOfReplies ? 'and m.reply_to = wanted.reply_to' : ''}
          order by m.id ${order} limit wanted.size
        ) m
      )) end ${isViewed ? `, ${SIGHT}` : ''}
      from ${wanted.rows} join ${chats} c on c.id = wanted.chat_id
      ${isViewed ? viewedBy('wanted.viewer', 'wanted.chat_id', members) : ''}`,
    ['bigint', 'json', ...(isViewed ? SIGHT_TYPES : [])],
    (row) => ({ place: row[0] as number, json: row[1] as string | null, row }),
  )

/** Of all messages, or of those that answer one. */
const statementsIn = (order: 'asc' | 'desc') => ({
  all: forViewers((isViewed) => pagesIn(order, isViewed, false)),
  replies: forViewers((isViewed) => pagesIn(order, isViewed, true)),
})
const newest = statementsIn('desc')
const oldest = statementsIn('asc')
export const pageStatements = [newest, oldest].flatMap(({ all, replies }) => [...all.both, ...replies.both])

/** Which pages can be read by one statement. */
export interface PageKind {
  readonly forwards: boolean
  readonly of: 'all' | 'replies'
}

const readPage = (json: string, selection: MessageSelection): MessagePage => {
  const columns = JSON.parse(json) as unknown[]
  const messages = ((columns[CHAT_WIDTH] ?? []) as unknown[][]).map((message) => messageOfJson(message))
  return messagePage(chatOfJson(columns), pageOf(messages, selection, readsForwards(selection)))
}

/** The page, `known` when it is the one that is cached, or nothing when there is no such chat for the caller. */
export type FoundPage = MessagePage | 'known' | undefined

/** In the order asked for. */
export const readPages = async (
  session: Session,
  wanted: readonly WantedPage[],
  { forwards, of }: PageKind,
): Promise<readonly FoundPage[]> => {
  const pages: FoundPage[] = wanted.map(() => undefined)
  const rows = wanted.map(rowOf)
  for (const { place, json, row } of await (forwards ? oldest : newest)[of](rows)(session, { wanted: rows })) {
    const { caller, chatId, selection } = wanted[place] as WantedPage
    if (isSeen(caller, chatId, row, 2)) pages[place] = json === null ? 'known' : readPage(json, selection)
  }
  return pages
}
