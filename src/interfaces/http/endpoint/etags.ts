import { createHash } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { Expectation } from '../../../domain/expectation.ts'
import { Revision } from '../../../domain/identity.ts'
import { codec } from '../codecs/codec.ts'

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

/** Headers that ask for something only if it is, or is not, what the caller knows. */
export const Conditional = t.partial({ 'if-match': TagsCodec, 'if-none-match': TagsCodec })

/** The tags that the header names, undefined without one. What it does not spell well names nothing. */
export const tagsIn = (header: string | undefined): Tags | undefined =>
  header === undefined ? undefined : parse(header)

/** `If-Match` compares strongly: a weak tag never matches (RFC 9110, section 13.1.1). */
export const isAmong = (tags: Tags, tag: string | undefined): boolean =>
  tags === '*' || tags.some(({ weak, value }) => !weak && `"${value}"` === tag)

/** `If-None-Match` compares weakly (RFC 9110, section 13.1.2). */
export const isAmongWeakly = (tags: Tags, tag: string): boolean =>
  tags === '*' || tags.some(({ value }) => `"${value}"` === tag)

const REVISION = /^(?:0|[1-9][0-9]*)$/

const revisionsOf = (tags: readonly Tag[]): readonly Revision[] =>
  tags.flatMap(({ value }) => {
    const revision = Revision.parse(REVISION.test(value) ? Number(value) : -1)
    return E.isLeft(revision) ? [] : [revision.right]
  })

const NOTHING: readonly Revision[] = []

/**
 * On which revisions a change may be made. `If-Match: *` asks for existence alone, which a change does by itself;
 * `If-None-Match: *` leaves no revision, for it asks that nothing exists. Both may be given (RFC 9110, section 13.2.2).
 */
export const expectationOf = (conditions: t.TypeOf<typeof Conditional>): Expectation => {
  const { 'if-match': match = '*', 'if-none-match': noneMatch = [] } = conditions
  if (noneMatch === '*') return NOTHING
  const except = revisionsOf(noneMatch)
  if (match !== '*')
    return revisionsOf(match.filter(({ weak }) => !weak)).filter((revision) => !except.includes(revision))
  return except.length === 0 ? undefined : { except }
}

/** The strong entity tag of what has no revision of its own: it is made of what is shown. */
export const tagOfContent = (body: unknown): string =>
  `"${createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 22)}"`
