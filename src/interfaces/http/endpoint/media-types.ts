/** A media type or a range of them, as a header names it. */
interface MediaType {
  /** Type and subtype, in lower case. */
  readonly type: string
  /** Names in lower case, values without their quotes. */
  readonly parameters: readonly (readonly [name: string, value: string])[]
}

/** Splits at what stands in no quoted string (RFC 9110, section 5.6.4), in one pass. */
const split = (text: string, separator: string): string[] => {
  if (!text.includes('"')) return text.split(separator)
  const parts: string[] = []
  let start = 0
  let isQuoted = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (isQuoted && character === '\\') i++
    else if (character === '"') isQuoted = !isQuoted
    else if (character === separator && !isQuoted) {
      parts.push(text.slice(start, i))
      start = i + 1
    }
  }
  return [...parts, text.slice(start)]
}

const unquoted = (value: string) =>
  value.startsWith('"') ? value.replace(/^"|"$/g, '').replaceAll(/\\(.)/gs, '$1') : value

const readParameter = (text: string): readonly [string, string] => {
  const at = text.indexOf('=')
  if (at < 0) return [text.trim().toLowerCase(), '']
  return [text.slice(0, at).trim().toLowerCase(), unquoted(text.slice(at + 1).trim())]
}

const read = (text: string): MediaType => {
  const [type = '', ...parameters] = split(text, ';')
  return { type: type.trim().toLowerCase(), parameters: parameters.map(readParameter) }
}

/** What clients call UTF-8, and the part of it that is older. No name says nothing else. */
const NAMES_OF_UTF8 = new Set(['utf-8', 'utf8', 'us-ascii', ''])

const isInUtf8 = ({ parameters }: MediaType) =>
  parameters.every(([name, value]) => name !== 'charset' || NAMES_OF_UTF8.has(value.toLowerCase()))

/** Whether a `Content-Type` says JSON in UTF-8. JSON has no parameters (RFC 8259, section 11): others mean nothing. */
export const isJsonInUtf8 = (contentType: string): boolean => {
  if (contentType === 'application/json') return true
  const mediaType = read(contentType)
  return mediaType.type === 'application/json' && isInUtf8(mediaType)
}

interface MediaRange extends MediaType {
  /** From 0, which excludes, to 1. */
  readonly quality: number
}

const NUMBER = /^(?:\d+\.?\d*|\.\d+)$/

/** A weight that is no number counts as none (RFC 9110, section 12.4.2). */
const withQuality = (range: MediaType): MediaRange => {
  const [, weight = ''] = range.parameters.find(([name]) => name === 'q') ?? []
  return { ...range, quality: NUMBER.test(weight) ? Math.min(Number(weight), 1) : 1 }
}

/**
 * Everything is sent in UTF-8. Other parameters (versions, profiles, hints) are wishes: the type is taken for what they
 * wish for, and a variant that they exclude is not ours.
 */
const isOfOurs = (range: MediaRange) =>
  isInUtf8(range) && (range.quality > 0 || range.parameters.every(([name]) => name === 'q' || name === 'charset'))

const qualityOf = (type: string, ranges: readonly MediaRange[]): number => {
  for (const name of [[type], [type.replace(/\/.*/, '/*')], ['*/*', '*']]) {
    const matching = ranges.filter((range) => name.includes(range.type)).map(({ quality }) => quality)
    if (matching.length > 0) return Math.max(...matching)
  }
  return 0
}

/**
 * The type that an `Accept` header likes best (RFC 9110, section 12.5.1), the first of several; undefined when it likes
 * none of them. The most specific range counts. A header that names nothing takes anything.
 */
export const preferred = (accept: string | undefined, types: readonly string[]): string | undefined => {
  const [first] = types
  if (accept === undefined || accept === '*/*' || accept === first) return first
  const named = split(accept, ',').filter((element) => element.trim() !== '')
  if (named.length === 0) return first
  const ranges = named.map((element) => withQuality(read(element))).filter(isOfOurs)
  const qualities = types.map((type) => qualityOf(type, ranges))
  const best = Math.max(...qualities)
  return best > 0 ? types[qualities.indexOf(best)] : undefined
}
