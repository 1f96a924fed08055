import type { Page, Selection } from '../../application/ports.ts'

export type Order = 'asc' | 'desc'

interface Place {
  readonly path: string
  readonly selection: Selection<number, number>
  readonly order?: Order | undefined
  /** Whether the client named a limit; links repeat what it said and nothing more. */
  readonly limited: boolean
}

/**
 * The `Link` header (RFC 8288) of a page: `next` and `prev` are the pages that follow and precede it in the order
 * shown. Where the page ends for certain there is no link.
 */
export const pageLinks = (
  { entries, more }: Page<{ readonly id: number }>,
  { path, selection: { limit, before, after }, order = 'desc', limited }: Place,
): Readonly<Record<string, string>> => {
  const forwards = after !== undefined && before === undefined
  const newest = entries[0]?.id ?? after
  const oldest = entries.at(-1)?.id ?? before

  const link = (rel: string, cursor: 'before' | 'after', id: number) => {
    const query = [limited && `limit=${limit}`, `${cursor}=${id}`, order === 'asc' && 'order=asc'].filter(Boolean)
    return `<${path}?${query.join('&')}>; rel="${rel}"`
  }

  const older =
    (forwards ? after > 0 : more) && link(order === 'desc' ? 'next' : 'prev', 'before', oldest ?? (after ?? 0) + 1)
  const newer =
    (forwards ? more : before !== undefined) &&
    link(order === 'desc' ? 'prev' : 'next', 'after', newest ?? (before ?? 1) - 1)
  const links = [older, newer].filter((value) => value !== false)
  return links.length > 0 ? { Link: links.join(', ') } : {}
}
