import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts'

/** Reads what was sent. A refusal is the rule's stable code, a colon and what the rule asks for, in words. */
export type Parse<A> = (sent: unknown) => E.Either<string, A>

/** A codec of one value, which is whatever decodes again once encoded. */
export const codec = <A, Encoded = string>(name: string, parse: Parse<A>, encode: (value: A) => Encoded) =>
  new t.Type<A, Encoded, unknown>(
    name,
    (u): u is A =>
      pipe(
        E.tryCatch(() => encode(u as A), String),
        E.flatMap(parse),
        E.isRight,
      ),
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

/** An object of these fields and no others: what else was sent does not get past the codec. */
export const only = <Fields extends t.Props>(fields: Fields) => t.exact(t.type(fields))
