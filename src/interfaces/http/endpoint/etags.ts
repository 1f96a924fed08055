import type { IncomingMessage } from 'node:http'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { Expectation } from '../../../domain/expectation.ts'
import { Revision } from '../../../domain/identity.ts'
import { codec } from '../codecs/codec.ts'
import type { Reply } from './reply.ts'

/** One entity tag (RFC 9110, section 8.8.3): weak or not, then what stands between the quotes. */
const TAG = /(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"/g
/** `*`, or a list of entity tags in which empty elements are skipped (RFC 9110, sections 5.6.1.2 and 13.1). */
const TAGS =
  /^[ \t]*(?:\*|[ \t,]*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*"(?:[ \t]*,[ \t,]*(?:W\/)?"[\x21\x23-\x7e\x80-\xff]*")*[ \t,]*)$/

export interface Tag {
  readonly weak: boolean
  readonly value: string
}

export type Tags = '*' | readonly Tag[]

const parse = (header: string): Tags =>
  header.trim() === '*'
    ? '*'
    : Array.from(header.matchAll(TAG), ([, weak, value = '']) => ({ weak: weak !== undefined, value }))

const TagsCodec = codec<Tags>(
  'Tags',
  (sent) =>
    typeof sent === 'string' && TAGS.test(sent)
      ? E.right(parse(sent))
      : E.left('malformed: must be * or a list of entity tags, as "7", "8"'),
  (tags) => (tags === '*' ? tags : tags.map(({ weak, value }) => `${weak ? 'W/' : ''}"${value}"`).join(', ')),
)

/** Headers of a read that may find the reader up to date. */
export const ConditionalRead = t.partial({ 'if-none-match': TagsCodec })

/** Headers of a change that may be asked for only on what the writer has seen. */
export const ConditionalWrite = t.partial({ 'if-match': TagsCodec })

const REVISION = /^(?:0|[1-9][0-9]*)$/

/** `If-Match` compares strongly: a weak tag never matches, nor one that is no revision. `*` asks for existence alone. */
export const expectationOf = (tags: Tags | undefined): Expectation => {
  if (tags === undefined || tags === '*') return undefined
  return tags.flatMap(({ weak, value }) => {
    const revision = Revision.parse(REVISION.test(value) ? Number(value) : -1)
    return weak || E.isLeft(revision) ? [] : [revision.right]
  })
}

/** Whether the client holds what the reply says already: `If-None-Match` compares weakly (RFC 9110, section 13.1.2). */
export const isKnown = ({ method, headers }: IncomingMessage, { status, headers: own }: Reply): boolean => {
  const header = headers['if-none-match']
  if (header === undefined || status !== 200 || (method !== 'GET' && method !== 'HEAD') || own?.['ETag'] === undefined)
    return false
  const tags = parse(header)
  return tags === '*' || tags.some(({ value }) => `"${value}"` === own['ETag'])
}

/**
 * The reply without what the client has: 304 carries the fields that a cache would update (section 15.4.5). So it does
 * those of a page, which would be kept with the policy for data.
 */
export const notModified = ({ headers = {}, isPage = false }: Reply): Reply => ({ status: 304, headers, isPage })
