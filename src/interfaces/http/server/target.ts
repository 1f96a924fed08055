import { parse, type ParsedUrlQuery } from 'node:querystring'
import { MAX_QUERY_PARAMETERS } from '../endpoint/limits.ts'

/** What a request names: a path as it is spelled, and the query that was read from it. */
interface Target {
  readonly path: string
  readonly query: ParsedUrlQuery
  readonly hasTooManyParameters: boolean
}

const HOST = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*\/?/i

/** The target without the host of the absolute form (RFC 9112, section 3.2.2): whatever it is called, it is here. */
export const originForm = (url: string): string => (url.startsWith('/') ? url : url.replace(HOST, '/'))

/** The parser leaves out what is more, and a repeated parameter with it: who sends more is refused before. */
const ALL = { maxKeys: MAX_QUERY_PARAMETERS }

const exceeds = (query: string) =>
  query.length >= MAX_QUERY_PARAMETERS && query.split('&').length > MAX_QUERY_PARAMETERS

/** The text up to the first of a mark, and what follows it. */
const cut = (text: string, mark: string): readonly [before: string, after: string] => {
  const at = text.indexOf(mark)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]
}

export const readTarget = (url: string): Target => {
  // A fragment is not for servers. A client that sends one all the same means the page without it.
  const [page] = cut(originForm(url), '#')
  const [path, query] = cut(page, '?')
  const hasTooManyParameters = exceeds(query)
  return {
    path,
    query: query === '' || hasTooManyParameters ? {} : parse(query, '&', '=', ALL),
    hasTooManyParameters,
  }
}
