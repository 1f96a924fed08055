import { isUtf8 } from 'node:buffer'
import * as E from 'fp-ts/lib/Either.js'
import type { ProtocolFailure } from '../endpoint/failure.ts'
import { MAX_BODY_DEPTH } from '../endpoint/limits.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPENING_BRACKET = 0x5b
const CLOSING_BRACKET = 0x5d
const OPENING_BRACE = 0x7b
const CLOSING_BRACE = 0x7d

/** Whether the JSON text nests deeper than `limit`; says nothing of whether it is JSON. */
export const nestsDeeper = (bytes: Uint8Array, limit: number): boolean => {
  let depth = 0
  let inString = false
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i]
    if (inString) {
      if (byte === BACKSLASH) i++
      else if (byte === QUOTE) inString = false
    } else if (byte === QUOTE) inString = true
    else if (byte === OPENING_BRACE || byte === OPENING_BRACKET) {
      if (++depth > limit) return true
    } else if (byte === CLOSING_BRACE || byte === CLOSING_BRACKET) depth--
  }
  return false
}

const malformed = (detail: string) => E.left<ProtocolFailure>({ kind: 'Malformed', detail })

const NOT_UTF8 = malformed('The body is not valid UTF-8')
const TOO_DEEP = malformed(`The body nests deeper than ${MAX_BODY_DEPTH} levels`)
const NOT_JSON = malformed('The body is not valid JSON')

const BYTE_ORDER_MARK = /^\uFEFF/

/**
 * Reads JSON, and refuses what JSON.parse would mend in silence (invalid UTF-8) or later code trip over (deep nesting).
 * Nothing, a byte order mark or not, is undefined.
 */
export const readJson = (bytes: Buffer): E.Either<ProtocolFailure, unknown> => {
  if (!isUtf8(bytes)) return NOT_UTF8
  if (nestsDeeper(bytes, MAX_BODY_DEPTH)) return TOO_DEEP
  const text = bytes.toString().replace(BYTE_ORDER_MARK, '')
  if (text === '') return E.right(undefined)
  try {
    return E.right(JSON.parse(text))
  } catch {
    return NOT_JSON
  }
}
