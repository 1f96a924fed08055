import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { ListError } from '../../../domain/distinct.ts'
import type { IdentityError } from '../../../domain/identity.ts'
import { Instant, type InstantError } from '../../../domain/instant.ts'
import type { TextError } from '../../../domain/visible-text.ts'
import type { Parse } from './codec.ts'

/** The domain's rules in the client's words. */
const inWords = (error: TextError | IdentityError | InstantError | ListError): string => {
  switch (error.kind) {
    case 'TextBlank':
      return 'blank: must contain more than white space'
    case 'TextTooLong':
      return `too_long: must be at most ${error.limit} characters (Unicode code points) once trimmed`
    case 'TextMalformed':
      return 'malformed: must be well-formed Unicode without U+0000'
    case 'TextInvisible':
      return 'invisible: must contain at least one visible character'
    case 'OutOfRange':
      return `out_of_range: must be from ${error.low} to ${error.high}`
    case 'InstantMalformed':
      return 'malformed: must be a time as RFC 3339 writes it, such as 2026-03-14T09:26:53.589Z'
    case 'ListTooShort':
      return `too_few: must have at least ${error.least}`
    case 'ListTooLong':
      return `too_many: must have at most ${error.most}`
    case 'ListRepeats':
      return 'repeated: must have each once'
  }
}

const MISSING = 'required: is missing'
export const REPEATED = E.left('repeated: must be given once')

/** A text of a body. */
export const text =
  <A>(parse: (raw: string) => E.Either<TextError, A>): Parse<A> =>
  (sent) => {
    if (typeof sent === 'string') return pipe(parse(sent), E.mapLeft(inWords))
    return E.left(sent === undefined ? MISSING : 'wrong_type: must be a string')
  }

const WHOLE_NUMBER = /^(?:0|-?[1-9][0-9]*)$/

/** Path and query parameters are text; this reads whole numbers in their one decimal spelling, within bounds. */
export const wholeNumber =
  <A>(parse: (raw: number) => E.Either<IdentityError, A>): Parse<A> =>
  (sent) => {
    if (Array.isArray(sent)) return REPEATED
    if (typeof sent !== 'string' || !WHOLE_NUMBER.test(sent))
      return E.left('not_a_whole_number: must be a whole number in decimal digits')
    return pipe(parse(Number(sent)), E.mapLeft(inWords))
  }

export const between = (low: number, high: number) => (raw: number) =>
  raw >= low && raw <= high ? E.right(raw) : E.left<IdentityError>({ kind: 'OutOfRange', low, high })

export const oneOf =
  <A extends string>(...options: readonly A[]): Parse<A> =>
  (sent) => {
    if (Array.isArray(sent)) return REPEATED
    const chosen = options.find((option) => option === sent)
    return chosen === undefined ? E.left(`not_an_option: must be one of ${options.join(', ')}`) : E.right(chosen)
  }

/** A parameter that is given once or more, up to `limit` times; what is given twice counts once. */
export const several =
  <A>(parse: Parse<A>, limit: number): Parse<readonly A[]> =>
  (sent) => {
    if (sent === undefined) return E.left(MISSING)
    const given: readonly unknown[] = Array.isArray(sent) ? sent : [sent]
    if (given.length > limit) return E.left(`too_many: must be given at most ${limit} times`)
    const values = new Set<A>()
    for (const one of given) {
      const value = parse(one)
      if (E.isLeft(value)) return value
      values.add(value.right)
    }
    return E.right([...values])
  }

/** A whole number of a body. */
export const number =
  <A>(parse: (raw: number) => E.Either<IdentityError, A>): Parse<A> =>
  (sent) => {
    if (typeof sent !== 'number') return E.left(sent === undefined ? MISSING : 'wrong_type: must be a number')
    if (!Number.isInteger(sent)) return E.left('not_a_whole_number: must be a whole number')
    return pipe(parse(sent), E.mapLeft(inWords))
  }

/** Yes or no, of a body. */
export const flag: Parse<boolean> = (sent) =>
  typeof sent === 'boolean' ? E.right(sent) : E.left('wrong_type: must be true or false')

/** A time of a body. */
export const instant: Parse<Date> = (sent) =>
  typeof sent === 'string' ? pipe(Instant.parse(sent), E.mapLeft(inWords)) : E.left('wrong_type: must be a string')

/** A list of a body, whose entries are read first. */
export const listOf =
  <A>(entry: Parse<A>, parse: (raw: readonly A[]) => E.Either<ListError, readonly A[]>): Parse<readonly A[]> =>
  (sent) => {
    if (sent === undefined) return E.left(MISSING)
    if (!Array.isArray(sent)) return E.left('wrong_type: must be an array')
    const values: A[] = []
    for (const one of sent) {
      const value = entry(one)
      if (E.isLeft(value)) return value
      values.push(value.right)
    }
    return pipe(parse(values), E.mapLeft(inWords))
  }

/** What may be null, or left out, which is the same. */
export const orNull =
  <A>(parse: Parse<A>): Parse<A | null> =>
  (sent) =>
    sent === undefined || sent === null ? E.right(null) : parse(sent)
