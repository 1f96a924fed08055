import { isDeepStrictEqual } from 'node:util'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'

/** Reads what was sent. A refusal is the rule's stable code, a colon and what the rule asks for, in words. */
export type Parse<A> = (sent: unknown) => E.Either<string, A>

/** A codec of one value: of whatever is read again, as it was, from what is written of it. */
export const codec = <A, Encoded = string>(name: string, parse: Parse<A>, encode: (value: A) => Encoded) =>
  new t.Type<A, Encoded, unknown>(
    name,
    (u): u is A => {
      const read = E.tryCatch(() => parse(encode(u as A)), String)
      return E.isRight(read) && isDeepStrictEqual(read.right, E.right(u))
    },
    (sent, context) => {
      const parsed = parse(sent)
      return E.isRight(parsed) ? t.success(parsed.right) : t.failure(sent, context, parsed.left)
    },
    encode,
  )

/** A parameter or a header that may be left out. */
export const optional = <A, Encoded>(one: t.Type<A, Encoded>) =>
  new t.Type<A | undefined, Encoded | undefined, unknown>(
    one.name,
    (u): u is A | undefined => u === undefined || one.is(u),
    (sent, context) => (sent === undefined ? t.success(undefined) : one.validate(sent, context)),
    (value) => (value === undefined ? undefined : one.encode(value)),
  )

/** An object of these fields: nothing else that was sent gets past the codec. */
export const only = <Fields extends t.Props>(fields: Fields) => t.exact(t.type(fields))

/** An object of some of these fields: nothing else that was sent gets past the codec. */
export const onlySome = <Fields extends t.Props>(fields: Fields) => t.exact(t.partial(fields))

/** An object of at least one of these fields: nothing else that was sent gets past the codec. */
export const someOf = <Fields extends t.Props>(fields: Fields) => {
  const some = onlySome(fields)
  const names = Object.keys(fields)
  return new t.Type(
    some.name,
    some.is,
    (sent, context) => {
      const read = some.validate(sent, context)
      if (E.isLeft(read) || Object.values(read.right).some((value) => value !== undefined)) return read
      return t.failure(sent, context, `required: must have at least one of ${names.join(', ')}`)
    },
    some.encode,
  )
}
