import { availableParallelism } from 'node:os'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

/** A variable with a default, read from text. */
export const variable = <A>(name: string, fallback: A, read: (text: string) => A | undefined, rule: string) =>
  new t.Type<A, string, unknown>(
    name,
    (u): u is A => u !== undefined,
    (u, context) => {
      if (u === undefined || u === '') return t.success(fallback)
      const value = typeof u === 'string' ? read(u.trim()) : undefined
      return value === undefined ? t.failure(u, context, rule) : t.success(value)
    },
    String,
  )

const within = (low: number, high: number) => (text: string) =>
  /^\d{1,9}$/.test(text) && Number(text) >= low && Number(text) <= high ? Number(text) : undefined

export const wholeNumber = (fallback: number, low: number, high: number) =>
  variable('WholeNumber', fallback, within(low, high), `must be a whole number from ${low} to ${high}`)

/** None by default. */
export const limit = (low: number, high: number) =>
  variable<number | undefined>('Limit', undefined, within(low, high), `must be a whole number from ${low} to ${high}`)

export const oneOf = <A extends string>(fallback: A, ...options: readonly A[]) =>
  variable(
    'OneOf',
    fallback,
    (text) => options.find((option) => option === text),
    `must be one of ${options.join(', ')}`,
  )

export const text = (fallback: string) => variable('Text', fallback, (text) => text, 'must not be empty')

/** The driver decodes these parts of a URL when it connects, and throws at what is not encoded well. */
const isEncodedWell = (text: string) => {
  const { username, password, pathname } = new URL(text)
  return [username, password, pathname].every((part) => E.isRight(E.tryCatch(() => decodeURIComponent(part), String)))
}

export const databaseUrl = variable<string | undefined>(
  'DatabaseUrl',
  undefined,
  (text) => (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text) && isEncodedWell(text) ? text : undefined),
  'must be a URL that begins with postgres:// or postgresql://, its parts percent-encoded',
)

/** A variable without a default, that is not empty when it is set. */
export const set = (holds: (text: string) => boolean, rule: string) =>
  new t.Type<string | undefined, string | undefined, unknown>(
    'Set',
    (u): u is string | undefined => u === undefined || typeof u === 'string',
    (u, context) => {
      if (u === undefined) return t.success(undefined)
      const value = typeof u === 'string' ? u.trim() : ''
      return value !== '' && holds(value) ? t.success(value) : t.failure(u, context, rule)
    },
    (value) => value,
  )

/** A list between commas, each element by the rule; empty by default. */
export const list = (isOne: (text: string) => boolean, rule: string) =>
  variable<readonly string[]>(
    'List',
    [],
    (text) => {
      const elements = text.split(',').map((element) => element.trim())
      return elements.every(isOne) ? elements : undefined
    },
    rule,
  )

/** As browsers spell it: in lower case, without a path and without the port that goes without saying. */
export const isOrigin = (text: string): boolean => {
  if (text === '*') return true
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^/?#@*\s]+$/.test(text) || !URL.canParse(text)) return false
  const { origin } = new URL(text)
  return origin === text || (origin === 'null' && text === text.toLowerCase())
}

/** Neither empty, nor one that URLs drop, nor one that needs escapes (RFC 3986, section 2.3). */
const isPlainSegment = (text: string) => /^[\w.~-]+$/.test(text) && text !== '.' && text !== '..'

/** The path that everything is served below; none by default. */
export const basePath = variable(
  'BasePath',
  '',
  (text) => (text.startsWith('/') && text.slice(1).split('/').every(isPlainSegment) ? text : undefined),
  'must be a path such as /chat, which begins with / and does not end with it, of letters, digits and -._~ alone',
)

const MOST_WORKERS = 256

/** `auto`: one for each processor that the process may use. */
export const workers = variable(
  'Workers',
  1,
  (text) => {
    if (text === 'auto') return Math.min(availableParallelism(), MOST_WORKERS)
    return /^[1-9]\d{0,2}$/.test(text) && Number(text) <= MOST_WORKERS ? Number(text) : undefined
  },
  `must be auto, or a whole number from 1 to ${MOST_WORKERS}`,
)
