import type { IncomingMessage } from 'node:http'
import * as E from 'fp-ts/lib/Either.js'
import { isAmong, isAmongWeakly, tagsIn } from './etags.ts'
import type { ProtocolFailure } from './failure.ts'
import type { Operation } from './operation.ts'
import type { Reply } from './reply.ts'

/*
 * Preconditions of RFC 9110, section 13, in the order of section 13.2.2. Those of PATCH and DELETE are part of what is
 * decided on the chat (`expectationOf`). Nothing has a modification date, so conditions on dates are passed over (sections
 * 13.1.3 and 13.1.4), and so are ranges (section 14.2), `If-Range` with them.
 */

const failed = (detail: string) => E.left<ProtocolFailure>({ kind: 'PreconditionFailed', detail })

const PASSED = E.right(undefined)
const NOT_MADE_YET = failed('What is not made yet has no ETag: only If-Match: * can be met here')
const NO_TAG = failed('It has no ETag')

/** What has to be refused before it is begun: a tag is asked of what has none. */
export const beforehand = (
  { method, isStream }: Operation,
  { headers }: IncomingMessage,
): E.Either<ProtocolFailure, undefined> => {
  const asksForTag = headers['if-match'] !== undefined && tagsIn(headers['if-match']) !== '*'
  if (method === 'POST') return asksForTag || headers['if-none-match'] !== undefined ? NOT_MADE_YET : PASSED
  return asksForTag && isStream ? NO_TAG : PASSED
}

/**
 * The reply without what the client has: 304 carries the fields that a cache would update (section 15.4.5). So it does
 * those of a page, which would be kept with the policy for data.
 */
const notModified = ({ headers = {}, isPage = false, isConsole = false }: Reply): Reply => ({
  status: 304,
  headers,
  isPage,
  isConsole,
})

/** The reply to a read, unless the client asked for another or has it already. */
export const conditioned = ({ method, headers }: IncomingMessage, reply: Reply): E.Either<ProtocolFailure, Reply> => {
  if (reply.status !== 200 || (method !== 'GET' && method !== 'HEAD')) return E.right(reply)
  const tag = reply.headers?.['ETag']
  const match = tagsIn(headers['if-match'])
  if (match !== undefined && !isAmong(match, tag))
    return tag === undefined ? NO_TAG : failed(`It is at ETag ${tag} now`)
  const noneMatch = tagsIn(headers['if-none-match'])
  const isKnown = noneMatch !== undefined && tag !== undefined && isAmongWeakly(noneMatch, tag)
  return E.right(isKnown ? notModified(reply) : reply)
}
