import type { Errors } from 'io-ts'
import type { PlaceAhead } from '../../../application/following/follow-chats.ts'
import type { Unavailable } from '../../../application/ports/failures.ts'
import type { ChatNotFound, MessageNotFound } from '../../../domain/chat/not-found.ts'
import type { Stale } from '../../../domain/expectation.ts'
import type { KeyReused } from '../../../domain/intent.ts'
import { type ProblemName, problemTypes, problemUri } from './problem-types.ts'

/** One rule that the request breaks, at a JSON Pointer into the body (as a URI fragment) or in a named parameter. */
export type Violation = { readonly code: string; readonly detail: string } & (
  { readonly pointer: string } | { readonly parameter: string }
)

/** Failures of the protocol itself; those of the use cases come from the application. */
export type ProtocolFailure =
  | { readonly kind: 'Malformed'; readonly detail: string }
  | { readonly kind: 'PathNotFound'; readonly path: string }
  | { readonly kind: 'MethodNotAllowed'; readonly method: string; readonly allow: string }
  | { readonly kind: 'NotAcceptable'; readonly offered: readonly string[] }
  | { readonly kind: 'RequestTimeout' }
  | { readonly kind: 'ContentTooLarge' }
  | { readonly kind: 'UnsupportedMediaType'; readonly method: string }
  | { readonly kind: 'Invalid'; readonly violations: readonly Violation[] }
  | { readonly kind: 'HeadersTooLarge' }
  | { readonly kind: 'TooManyStreams'; readonly limit: number }
  | { readonly kind: 'ProblemTypeNotFound'; readonly name: string }
  | { readonly kind: 'NotReady'; readonly checks: Readonly<Record<string, 'ok' | 'failing'>> }
  | { readonly kind: 'Defect'; readonly cause: unknown }

export type Failure = ProtocolFailure | PlaceAhead | Stale | KeyReused | ChatNotFound | MessageNotFound | Unavailable

/** RFC 9457 problem details. */
export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance: string
  readonly errors?: readonly Violation[]
  readonly checks?: Readonly<Record<string, 'ok' | 'failing'>>
}

type Extras = Pick<Problem, 'errors' | 'checks'> & { readonly headers?: Readonly<Record<string, string>> }

/** Seconds after which a client may try again. */
const RETRY_AFTER = '1'
const MAX_ERRORS = 50

/** Gives each failure its problem: the one place where a failure meets its HTTP status. */
const describe = (failure: Failure): [ProblemName, string, Extras?] => {
  switch (failure.kind) {
    case 'Malformed':
      return ['malformed-request', failure.detail]
    case 'ChatNotFound':
      return ['not-found', `Chat ${failure.chatId} was not found`]
    case 'MessageNotFound':
      return ['not-found', `Message ${failure.messageId} of chat ${failure.chatId} was not found`]
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
    case 'Stale':
      return ['precondition-failed', `It is at ETag "${failure.current}" now`]
    case 'KeyReused':
      return ['idempotency-key-reused', `The key ${failure.key} was used for a request that meant something else`]
    case 'ContentTooLarge':
      return ['content-too-large', 'The body has more than 65536 bytes']
    case 'UnsupportedMediaType': {
      const accept = failure.method === 'PATCH' ? 'Accept-Patch' : 'Accept-Post'
      const detail = 'The body must be application/json in UTF-8'
      return ['unsupported-media-type', detail, { headers: { [accept]: 'application/json' } }]
    }
    case 'Invalid': {
      const errors = failure.violations.slice(0, MAX_ERRORS)
      const detail = errors.map((error) => `${'pointer' in error ? error.pointer : error.parameter} ${error.detail}`)
      return ['validation-failed', detail.join('; '), { errors }]
    }
    case 'HeadersTooLarge':
      return ['headers-too-large', 'The head of the request has more than 16384 bytes']
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
    case 'NotReady': {
      const { checks } = failure
      return ['unavailable', 'The service is not ready', { checks, headers: { 'Retry-After': RETRY_AFTER } }]
    }
  }
}

export const toProblem = (failure: Failure, requestId: string) => {
  const [name, detail, { headers = {}, ...extras } = {}] = describe(failure)
  const { status, title } = problemTypes[name]
  const body: Problem = {
    type: problemUri(name),
    title,
    status,
    detail,
    instance: `urn:request:${requestId}`,
    ...extras,
  }
  return { status, headers, body }
}

const pointer = (keys: readonly string[]) =>
  ['#', ...keys.map((key) => encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1')))].join('/')

const named = (message: string | undefined, value: unknown) => {
  const [, code, detail] = /^(\w+): (.*)$/s.exec(message ?? '') ?? []
  if (code !== undefined && detail !== undefined) return { code, detail }
  return value === undefined
    ? { code: 'required', detail: 'is missing' }
    : { code: 'wrong_type', detail: 'must be an object' }
}

/**
 * The codecs' errors in the client's terms. The first two keys of a context are the request and its part. A header that
 * does not parse makes the request one that cannot be read; anything else breaks a rule.
 */
export const refusalOf = (errors: Errors): ProtocolFailure => {
  const violations = errors.map(({ context, message, value }) => {
    const [, part, ...path] = context.map(({ key }) => key)
    return { part, path, ...named(message, value) }
  })
  const header = violations.find(({ part }) => part === 'headers')
  if (header) return { kind: 'Malformed', detail: `The header ${header.path.join('.')} ${header.detail}` }
  return {
    kind: 'Invalid',
    violations: violations.map(({ part, path, ...rule }) =>
      part === 'body' ? { pointer: pointer(path), ...rule } : { parameter: path.join('.'), ...rule },
    ),
  }
}
