import type { Failure, Violation } from './failure.ts'
import { MAX_BODY_BYTES, MAX_ERRORS, MAX_HEAD_BYTES } from './limits.ts'
import { limitFields, tooMuch } from './quota.ts'
import { type ProblemName, problemTypes, problemUri } from './problem-types.ts'

/** RFC 9457 problem details. */
interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance: string
  readonly errors?: readonly Violation[]
  readonly checks?: Readonly<Record<string, 'ok' | 'failing'>>
}

type Extras = Pick<Problem, 'errors' | 'checks'> & { readonly headers?: Readonly<Record<string, string>> }

/** A problem's name and detail, and what it bears besides. Which values break a rule is always said: clients count on it. */
type Description =
  | [name: Exclude<ProblemName, 'validation-failed'>, detail: string, extras?: Omit<Extras, 'errors'>]
  | [name: 'validation-failed', detail: string, extras: Required<Pick<Extras, 'errors'>>]

/** Seconds after which a client may try again. */
const RETRY_AFTER = '1'

/** Where a method has a field of its own for what it takes; RFC 9110, section 12.5.1, has `Accept` for the others. */
const ACCEPTING: Readonly<Record<string, string>> = { POST: 'Accept-Post', PATCH: 'Accept-Patch' }

/** What is wrong with the credential that was sent (RFC 6750, section 3), in the characters that may be said there. */
const challengeFor = (detail: string): string =>
  `Bearer error="invalid_token", error_description="${detail.replaceAll(/[^ !#-[\]-~]/g, "'")}"`

/** Gives each failure its problem: the one place where a failure meets its HTTP status. */
const describe = (failure: Failure): Description => {
  switch (failure.kind) {
    case 'Malformed':
      return ['malformed-request', failure.detail]
    case 'NoCredential':
      return ['unauthenticated', failure.detail, { headers: { 'WWW-Authenticate': 'Bearer' } }]
    case 'Unauthenticated':
      return ['unauthenticated', failure.detail, { headers: { 'WWW-Authenticate': challengeFor(failure.detail) } }]
    case 'Forbidden':
      return ['forbidden', failure.detail]
    case 'ChatNotFound':
      return ['not-found', `Chat ${failure.chatId} was not found`]
    case 'MessageNotFound':
      return ['not-found', `Message ${failure.messageId} of chat ${failure.chatId} was not found`]
    case 'MemberNotFound':
      return ['not-found', `${failure.userId} is no member of chat ${failure.chatId}`]
    case 'ReactionNotFound':
      return ['not-found', `The reaction to message ${failure.messageId} was not found`]
    case 'ReplyToNotFound': {
      const rule = `must be a message of the chat that is not deleted, and ${failure.messageId} is none`
      const errors = [{ pointer: '#/reply_to', code: 'no_message', detail: rule }]
      return ['validation-failed', `#/reply_to ${rule}`, { errors }]
    }
    case 'TooManyReactions': {
      const rule = `must be one of those that the message has, which are ${failure.limit} already`
      return [
        'validation-failed',
        `reaction ${rule}`,
        { errors: [{ parameter: 'reaction', code: 'too_many', detail: rule }] },
      ]
    }
    case 'LastOwner':
      return ['last-owner', 'It is the last owner, and others are there']
    case 'FounderRepeated': {
      const error = { pointer: `#/members/${failure.index}/user_id`, code: 'repeated', detail: 'must be named once' }
      return ['validation-failed', `${error.pointer} ${error.detail}`, { errors: [error] }]
    }
    case 'KeyNotFound':
      return ['not-found', `Key ${failure.keyId} was not found`]
    case 'PathNotFound':
      return ['not-found', `Nothing is served at ${failure.path}`]
    case 'ProblemTypeNotFound':
      return ['not-found', `No problem is called ${failure.name}`]
    case 'MethodNotAllowed': {
      const detail = `${failure.method} is not one of ${failure.allow}`
      return ['method-not-allowed', detail, { headers: { Allow: failure.allow } }]
    }
    case 'NotAcceptable':
      return ['not-acceptable', `This path answers with ${failure.offered.join(', ')}`]
    case 'RequestTimeout':
      return ['request-timeout', 'The request did not arrive in time']
    case 'Misdirected':
      return ['misdirected-request', `This server does not go by the name ${failure.host}: see ALLOWED_HOSTS`]
    case 'RateLimited':
      return ['rate-limited', tooMuch(failure), { headers: limitFields(failure) }]
    case 'PreconditionFailed':
      return ['precondition-failed', failure.detail]
    case 'Stale':
      return ['precondition-failed', `It is at ETag "${failure.current}" now`]
    case 'KeyReused':
      return ['idempotency-key-reused', `The key ${failure.key} was used for a request that meant something else`]
    case 'ContentTooLarge':
      return ['content-too-large', `The body has more than ${MAX_BODY_BYTES} bytes`]
    case 'UnsupportedMediaType': {
      const accept = ACCEPTING[failure.method] ?? 'Accept'
      const detail = 'The body must be application/json in UTF-8'
      return ['unsupported-media-type', detail, { headers: { [accept]: 'application/json' } }]
    }
    case 'ExpectationFailed':
      return ['expectation-failed', 'The header Expect may ask for 100-continue, and for nothing else']
    case 'Invalid': {
      const errors = failure.violations.slice(0, MAX_ERRORS)
      const detail = errors.map((error) => `${'pointer' in error ? error.pointer : error.parameter} ${error.detail}`)
      return ['validation-failed', detail.join('; '), { errors }]
    }
    case 'HeadersTooLarge':
      return ['headers-too-large', `The head of the request has more than ${MAX_HEAD_BYTES} bytes`]
    case 'Defect':
      return ['internal-error', 'The request met a defect of the service']
    case 'Unavailable':
      return ['unavailable', 'The service could not answer in time', { headers: { 'Retry-After': RETRY_AFTER } }]
    case 'TooManyStreams': {
      const detail = `This server has the ${failure.limit} event streams that it may have, or is stopping`
      return ['unavailable', detail, { headers: { 'Retry-After': RETRY_AFTER } }]
    }
    case 'PlaceAhead': {
      const rule = `must not be beyond ${failure.revision}, where chat ${failure.chatId} is`
      return [
        'validation-failed',
        `after ${rule}`,
        { errors: [{ parameter: 'after', code: 'out_of_range', detail: rule }] },
      ]
    }
    case 'MarkerAhead': {
      const rule = `must not be beyond ${failure.lastMessageId}, the last message`
      const errors = [{ pointer: '#/message_id', code: 'out_of_range', detail: rule }]
      return ['validation-failed', `#/message_id ${rule}`, { errors }]
    }
    case 'ExpiryOutOfRange': {
      const rule = 'must be in the future, and before the year 10000'
      const errors = [{ pointer: '#/expires_at', code: 'out_of_range', detail: rule }]
      return ['validation-failed', `#/expires_at ${rule}`, { errors }]
    }
    case 'NotReady': {
      const { checks } = failure
      return ['unavailable', 'The service is not ready', { checks, headers: { 'Retry-After': RETRY_AFTER } }]
    }
  }
}

export const toProblem = (failure: Failure, requestId: string, basePath: string) => {
  const [name, detail, all = {}]: [ProblemName, string, Extras?] = describe(failure)
  const { headers = {}, ...extras } = all
  const { status, title } = problemTypes[name]
  const body: Problem = {
    type: problemUri(name, basePath),
    title,
    status,
    detail,
    instance: `urn:request:${requestId}`,
    ...extras,
  }
  return { status, headers, body }
}
