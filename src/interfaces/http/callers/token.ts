import type { IncomingMessage } from 'node:http'
import type { ParsedUrlQuery } from 'node:querystring'
import type { Unauthenticated } from '../../../application/ports/authenticator.ts'
import { KeySecret } from '../../../domain/keys/api-key.ts'
import type { ProtocolFailure } from '../endpoint/failure.ts'
import { fieldCount } from '../endpoint/field-count.ts'
import type { Operation } from '../endpoint/operation.ts'

type NoToken = ProtocolFailure | Unauthenticated

const SCHEME = /^bearer(?: |$)/i
/**
 * RFC 6750, section 2.1, and whatever else is visible, of which a root key may be made; the scheme is not sensitive to case (RFC
 * 9110, section 11.1).
 */
const BEARER = /^bearer +[!-~]+$/i

const noCredential = (detail: string): NoToken => ({ kind: 'NoCredential', detail })
const notGood = (detail: string): NoToken => ({ kind: 'Unauthenticated', detail })

const MISSING = noCredential('A credential is needed: Authorization: Bearer and a token or a key')
const OTHER_SCHEME = noCredential('The scheme of Authorization must be Bearer')
const SEVERAL = notGood('A credential must be given once')
const MALFORMED = notGood('After Bearer, a token or a key must follow')
const EMPTY = notGood('access_token must be a token')
const TWO_PLACES: NoToken = {
  kind: 'Malformed',
  detail: 'A credential must not be in Authorization and in access_token both',
}
/** Also of a key that does not look like one: what a token turns out to be counts. */
export const KEY_IN_QUERY = notGood('access_token must be the token of a user: a key has no place in a URL')

const tokenInQuery = (token: ParsedUrlQuery[string]): string | NoToken => {
  if (token === undefined) return MISSING
  if (typeof token !== 'string') return SEVERAL
  if (token === '') return EMPTY
  return KeySecret.isMeant(token) ? KEY_IN_QUERY : token
}

/**
 * The bearer token of a request: in the header or, where the operation is an event stream, which browsers open without
 * headers, in the query (RFC 6750, sections 2.1 and 2.3). Makes nothing but the token, for every request has one.
 */
export const tokenOf = (req: IncomingMessage, { isStream }: Operation, query: ParsedUrlQuery): string | NoToken => {
  const { authorization } = req.headers
  if (authorization === undefined) return isStream ? tokenInQuery(query['access_token']) : MISSING
  if (isStream && query['access_token'] !== undefined) return TWO_PLACES
  if (fieldCount(req.rawHeaders, 'authorization') > 1) return SEVERAL
  if (BEARER.test(authorization)) return authorization.slice(authorization.lastIndexOf(' ') + 1)
  return SCHEME.test(authorization) ? MALFORMED : OTHER_SCHEME
}
