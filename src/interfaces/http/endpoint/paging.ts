import { type Page, readsForwards, type Selection } from '../../../application/ports/page.ts'
import type { Chat } from '../../../domain/chat/chat.ts'

export type Order = 'asc' | 'desc'

interface Place {
  readonly path: string
  readonly selection: Selection<number, number>
  readonly order?: Order | undefined
  /** Whether the client named a limit; links repeat what it said and nothing more. */
  readonly limited: boolean
}

/**
 * The links (RFC 8288) of a page: `next` and `prev` are the pages that follow and precede it in the order
 * shown. Where the page ends for certain there is no link.
 */
export const pageLinks = (
  { entries, more }: Page<{ readonly id: number }>,
  { path, selection, order = 'desc', limited }: Place,
): readonly string[] => {
  const { limit, before, after } = selection
  const forwards = readsForwards(selection)
  const newest = entries[0]?.id ?? after
  const oldest = entries.at(-1)?.id ?? before

  const link = (rel: string, cursor: 'before' | 'after', id: number) => {
    const query = [limited && `limit=${limit}`, `${cursor}=${id}`, order === 'asc' && 'order=asc'].filter(Boolean)
    return `<${path}?${query.join('&')}>; rel="${rel}"`
  }

  const older =
    (forwards ? (after ?? 0) > 0 : more) &&
    link(order === 'desc' ? 'next' : 'prev', 'before', oldest ?? (after ?? 0) + 1)
  const newer =
    (forwards ? more : before !== undefined) &&
    link(order === 'desc' ? 'prev' : 'next', 'after', newest ?? (before ?? 1) - 1)
  return [older, newer].filter((value) => value !== false)
}

/** Where to follow the chat from, exactly after what the answer shows (`monitor`: RFC 5989). */
export const monitorLink = ({ id, revision }: Chat): string => `</chats/${id}/events?after=${revision}>; rel="monitor"`

export const linkHeader = (links: readonly string[]): Readonly<Record<string, string>> =>
  links.length > 0 ? { Link: links.join(', ') } : {}
