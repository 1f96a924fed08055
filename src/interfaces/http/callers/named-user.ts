import type { IncomingMessage } from 'node:http'
import type { ParsedUrlQuery } from 'node:querystring'
import * as E from 'fp-ts/lib/Either.js'
import { UserId } from '../../../domain/caller.ts'
import type { ProtocolFailure } from '../endpoint/failure.ts'
import type { Operation } from '../endpoint/operation.ts'

type Named = E.Either<ProtocolFailure, UserId>

const RULE = `must be ${UserId.RULE}`

const malformed = (detail: string): Named => E.left({ kind: 'Malformed', detail })
const invalid = (code: string, detail: string): Named =>
  E.left({ kind: 'Invalid', violations: [{ parameter: 'on_behalf_of', code, detail }] })

const BAD_HEADER = malformed(`The header On-Behalf-Of ${RULE}, and given once`)
const TWO_PLACES = malformed('A user must not be named in On-Behalf-Of and in on_behalf_of both')
const REPEATED = invalid('repeated', 'must be given once')
const BAD_PARAMETER = invalid('malformed', RULE)

const userId = (name: string, otherwise: Named): Named => {
  const id = UserId.parse(name)
  return E.isLeft(id) ? otherwise : id
}

/**
 * For whom the caller says it acts, undefined for nobody: in the header, where several come with commas and spaces between
 * them, or in the query of an event stream, which browsers open without headers.
 */
export const namedUser = (
  { headers }: IncomingMessage,
  { isStream }: Operation,
  query: ParsedUrlQuery,
): Named | undefined => {
  const inHeader = headers['on-behalf-of'] as string | undefined
  const inQuery = isStream ? query['on_behalf_of'] : undefined
  if (inHeader !== undefined) return inQuery === undefined ? userId(inHeader, BAD_HEADER) : TWO_PLACES
  if (inQuery === undefined) return undefined
  return typeof inQuery === 'string' ? userId(inQuery, BAD_PARAMETER) : REPEATED
}
