import type { Revision } from '../../../domain/identity.ts'
import { type UserId, userOf } from '../../../domain/caller.ts'
import { bigint, type Columns, text } from '../database/columns.ts'
import { table } from '../database/parameters.ts'
import { chatColumns } from '../database/rows.ts'
import { type Session, statement } from '../database/statement.ts'
import { type FoundPage, type PageKind, readPages, type WantedPage } from './page-statement.ts'
import { forViewers, isSeen, SIGHT, viewedBy } from './seen.ts'

interface KnownRow {
  readonly viewer: UserId | null
  readonly chatId: WantedPage['chatId']
  readonly known: Revision | -1
  readonly place: number
}
const plainColumns = { chatId: { ...chatColumns.id, name: 'chat_id' }, known: bigint('known'), place: bigint('place') }
const columnsOf = (isViewed: boolean) =>
  (isViewed ? { ...plainColumns, viewer: text('viewer') } : plainColumns) as Columns<KnownRow>

const statementFor = forViewers((isViewed) =>
  statement(
    `known-pages${isViewed ? '-viewed' : ''}`,
    { wanted: table<KnownRow>(columnsOf(isViewed)) },
    ({ wanted }, { among }) => `
      select wanted.place ${isViewed ? `, ${SIGHT}` : ''}
      from ${wanted.rows}
      join chats c on c.id = wanted.chat_id and c.revision = wanted.known ${among('c.id', wanted.arrays.chatId)}
      ${isViewed ? `${viewedBy('wanted.viewer', 'wanted.chat_id')} ${among('u.chat_id', wanted.arrays.chatId)}` : ''}`,
    (row) => ({ place: row[0] as number, row }),
  ),
)

/** Where those stand of which the caller sees the chat, and the chat has the revision under which they are cached. */
const stillKnown = async (session: Session, wanted: readonly WantedPage[]): Promise<ReadonlySet<number>> => {
  const rows = wanted.flatMap(({ caller, chatId, known }, place) =>
    known === -1 ? [] : [{ viewer: userOf(caller), chatId, known, place }],
  )
  if (rows.length === 0) return new Set()
  const found = await statementFor(rows)(session, { wanted: rows })
  return new Set(
    found.flatMap(({ place, row }) => {
      const { caller, chatId } = wanted[place] as WantedPage
      return isSeen(caller, chatId, row, 1) ? [place] : []
    }),
  )
}

/**
 * As `readPages`, for pages of which many are cached: a coordinator of Citus plans every statement anew, and finds out for a
 * fifth of the cost that a page is known.
 */
export const readUnknownPages = async (
  session: Session,
  wanted: readonly WantedPage[],
  kind: PageKind,
): Promise<readonly FoundPage[]> => {
  const known = await stillKnown(session, wanted)
  const unknown = wanted.filter((_, place) => !known.has(place))
  const read = unknown.length > 0 ? (await readPages(session, unknown, kind)).values() : [].values()
  return wanted.map((_, place) => (known.has(place) ? 'known' : read.next().value))
}
