import { tagged } from './etag.ts'

/** A part of a list, in the order asked for. */
export interface Page<A> {
  readonly entries: readonly A[]
  /** Reads the page that follows; undefined where the list ends. */
  readonly next: (() => Promise<Page<A>>) | undefined
  /** Reads the page that precedes. */
  readonly previous: (() => Promise<Page<A>>) | undefined
  /** Of a page of messages or members, the chat's revision: follow the chat after it, and nothing is missed or told twice. */
  readonly revision: number | undefined
  /** Of a page of an inbox, its place in time: follow the inbox after that of the first page, and nothing is missed. */
  readonly position: string | undefined
}

/** The path is the page's own: a link differs in its query, and may begin with what a proxy puts before all paths. */
const withQueryOf = (target: string, link: string) => target.replace(/\?.*$/, '') + (/\?.*$/.exec(link)?.[0] ?? '')

/** What the `Link` header (RFC 8288) names. */
const linkTo = (headers: Headers, rel: string): string | undefined =>
  new RegExp(`<([^>]*)>; *rel="?${rel}"?`).exec(headers.get('link') ?? '')?.[1]

export const pageOf = <A>(
  target: string,
  entries: readonly A[],
  headers: Headers,
  read: (target: string) => Promise<Page<A>>,
): Page<A> => {
  const reading = (link: string | undefined) => (link === undefined ? undefined : () => read(withQueryOf(target, link)))
  const [, events = '', after] = /(.*)\?after=([^&]*)$/.exec(linkTo(headers, 'monitor') ?? '') ?? []
  const isInbox = events.endsWith('/inbox/events')
  const page = {
    entries,
    next: reading(linkTo(headers, 'next')),
    previous: reading(linkTo(headers, 'prev')),
    revision: after === undefined || isInbox ? undefined : Number(after),
    position: isInbox ? after : undefined,
  }
  return tagged(page, headers.get('etag'))
}
