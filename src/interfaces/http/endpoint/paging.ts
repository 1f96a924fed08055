import { type Page, readsForwards, type Selection } from '../../../application/ports/page.ts'
import type { Chat } from '../../../domain/chat/chat.ts'
import { LAST_PLACE, PAGE_LIMIT, type PageCursor } from '../codecs/codecs.ts'

export type Order = 'asc' | 'desc'

/** What a client asks of a list. */
export interface PageQuery<Before, After> {
  readonly limit?: number | undefined
  readonly before?: Before | undefined
  readonly after?: After | undefined
  readonly order?: Order | undefined
  readonly cursor?: PageCursor<Before, After> | undefined
}

/**
 * Both bounds are a window, which begins at its newest entry or, in ascending order, at its oldest; a cursor is a place
 * in it. One bound is itself a place, in the whole list.
 */
const isWindow = ({ before, after, cursor }: PageQuery<unknown, unknown>): boolean =>
  cursor !== undefined || (before !== undefined && after !== undefined)

/** Which part of the list is asked for. */
export const selectionOf = <Before extends number, After extends number>(
  query: PageQuery<Before, After>,
): Selection<Before, After> => {
  const { limit = PAGE_LIMIT.DEFAULT, before, after, order, cursor } = query
  if (cursor?.side === 'before')
    return { limit, before: before === undefined || cursor.id < before ? cursor.id : before, after, from: 'newest' }
  if (cursor?.side === 'after')
    return { limit, before, after: after === undefined || cursor.id > after ? cursor.id : after, from: 'oldest' }
  if (isWindow(query)) return { limit, before, after, from: order === 'asc' ? 'oldest' : 'newest' }
  return { limit, before, after }
}

/** The query of a link: what the client said and nothing more, but for the place. */
const queryTo = (query: PageQuery<number, number>, side: 'before' | 'after', id: number): string => {
  const { limit, before, after, order } = query
  const said = (name: string, value: number | undefined) => (value === undefined ? '' : `&${name}=${value}`)
  const place = isWindow(query)
    ? `${said('before', before)}${said('after', after)}&cursor=${side}-${id}`
    : `&${side}=${id}`
  return `${said('limit', limit)}${place}${order === 'asc' ? '&order=asc' : ''}`.slice(1)
}

/**
 * The links (RFC 8288) of a page: `next` and `prev` are the pages that follow and precede it in the order shown, within
 * the window if there is one, under the same filter. Where the page ends for certain there is no link.
 */
export const pageLinks = (
  path: string,
  query: PageQuery<number, number>,
  { entries, more }: Page<{ readonly id: number }>,
  filter = '',
): readonly string[] => {
  const selection = selectionOf(query)
  const { before = LAST_PLACE, after = 0 } = selection
  const forwards = readsForwards(selection)
  const [low = 0, high = Infinity] = isWindow(query) ? [query.after, query.before] : []

  const link = (rel: string, side: 'before' | 'after', id: number) =>
    `<${path}?${queryTo(query, side, Math.min(id, LAST_PLACE))}${filter}>; rel="${rel}"`
  const [toOlder, toNewer] = query.order === 'asc' ? ['prev', 'next'] : ['next', 'prev']
  const older = (forwards ? after > low : more) && link(toOlder, 'before', entries.at(-1)?.id ?? after + 1)
  const newer =
    (forwards ? more : selection.before !== undefined && before < high) &&
    link(toNewer, 'after', entries[0]?.id ?? before - 1)
  return [older, newer].filter((value) => value !== false)
}

/** The link to the page that begins at a place, as long as the client asked for. */
export const nextLink = (path: string, limit: number | undefined, place: string): string =>
  `<${path}?${limit === undefined ? '' : `limit=${limit}&`}${place}>; rel="next"`

/** Where to follow the chat from, exactly after what the answer shows (`monitor`: RFC 5989). */
export const monitorLink = ({ id, revision }: Chat): string => `</chats/${id}/events?after=${revision}>; rel="monitor"`

export const linkHeader = (links: readonly string[]): Readonly<Record<string, string>> =>
  links.length > 0 ? { Link: links.join(', ') } : {}
