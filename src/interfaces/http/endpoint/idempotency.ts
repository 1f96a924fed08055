import { createHash } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as t from 'io-ts'
import type { Caller } from '../../../domain/caller.ts'
import { type Fingerprint, IdempotencyKey, type Intent, keptKeyOf } from '../../../domain/intent.ts'
import { canonicalJson } from '../../../domain/metadata.ts'
import { codec } from '../codecs/codec.ts'

/** A structured-field string (RFC 9651, section 3.3.3). */
const QUOTED = /^"(?:[^"\\]|\\["\\])*"$/

/** What the header says: the quotes of a structured-field string are not part of the key, a bare key has none. */
const unquoted = (header: string): string =>
  QUOTED.test(header) ? header.slice(1, -1).replaceAll(/\\(["\\])/g, '$1') : header

/**
 * The `Idempotency-Key` header (draft-ietf-httpapi-idempotency-key-header-07), as the structured-field string that the
 * draft asks for or bare, as most clients send it. A bare key does not begin with a quote.
 */
const IdempotencyKeyCodec = codec(
  'IdempotencyKey',
  (sent) => {
    const key = typeof sent === 'string' && (!sent.startsWith('"') || QUOTED.test(sent)) ? unquoted(sent) : ''
    return pipe(
      IdempotencyKey.parse(key),
      E.mapLeft(() => 'malformed: must be 1 to 255 visible ASCII characters, quoted or bare'),
    )
  },
  (key) => `"${key.replaceAll(/(["\\])/g, '\\$1')}"`,
)

/** Headers of a request that may be sent again and is done once. */
export const IdempotentWrite = t.partial({ 'idempotency-key': IdempotencyKeyCodec })

/** What means the same as if it had not been given: nothing, no message, no metadata. */
const isNothing = (value: unknown): boolean =>
  value == null || (typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0)

/** The fields that were given, in an order that does not depend on how they were. None: nothing, as before there were any. */
const givenOf = (fields: object): readonly unknown[] => {
  const given = Object.entries(fields).filter(([, value]) => !isNothing(value))
  const meant = given.map(([name, value]) => [name, name === 'metadata' ? canonicalJson(value) : value] as const)
  return meant.length === 0 ? [] : [meant.toSorted(([a], [b]) => (a < b ? -1 : 1))]
}

/**
 * The intention of a request that bears a key: the fingerprint is taken of what it means, not of how it is written. That
 * is the operation, the field that it cannot do without, and whatever else was given.
 */
export const intentOf = <Field extends string>(
  caller: Caller,
  key: IdempotencyKey | undefined,
  operation: string,
  field: Field,
  { [field]: needed, ...others }: Readonly<Record<Field, unknown>>,
): Intent | undefined => {
  if (key === undefined) return undefined
  const meaning = JSON.stringify([operation, needed, ...givenOf(others)])
  return {
    key,
    keptKey: keptKeyOf(caller, key),
    fingerprint: createHash('sha256').update(meaning).digest('base64url') as Fingerprint,
  }
}

/** Tells a client that it asked before. */
export const replayHeaders = (replayed: boolean): Readonly<Record<string, string>> =>
  replayed ? { 'Idempotency-Replayed': 'true' } : {}
