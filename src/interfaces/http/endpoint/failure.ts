import type { PlaceAhead } from '../../../application/following/follow-chats.ts'
import type { Unauthenticated } from '../../../application/ports/authenticator.ts'
import type { Unavailable } from '../../../application/ports/failures.ts'
import type { Forbidden } from '../../../domain/caller.ts'
import type { FounderRepeated } from '../../../domain/chat/member.ts'
import type { LastOwner } from '../../../domain/chat/member-decisions.ts'
import type { ChatNotFound, MemberNotFound, MessageNotFound } from '../../../domain/chat/not-found.ts'
import type { MarkerAhead } from '../../../domain/chat/reading.ts'
import type { Stale } from '../../../domain/expectation.ts'
import type { KeyNotFound } from '../../../domain/keys/api-key.ts'
import type { ExpiryOutOfRange } from '../../../domain/keys/issue-key.ts'
import type { KeyReused } from '../../../domain/intent.ts'

/** One rule that the request breaks, at a JSON Pointer into the body (as a URI fragment) or in a named parameter. */
export type Violation = { readonly code: string; readonly detail: string } & (
  { readonly pointer: string } | { readonly parameter: string }
)

/** How much a caller may do at a time, of which nothing is left. */
export interface Quota {
  readonly of: 'writes' | 'streams'
  readonly quota: number
  /** Seconds after which there is more again, where that is known. */
  readonly wait?: number | undefined
}

/** Failures of the protocol itself; those of the use cases come from the application. */
export type ProtocolFailure =
  | { readonly kind: 'Malformed'; readonly detail: string }
  | { readonly kind: 'NoCredential'; readonly detail: string }
  | { readonly kind: 'Misdirected'; readonly host: string }
  | ({ readonly kind: 'RateLimited' } & Quota)
  | { readonly kind: 'PathNotFound'; readonly path: string }
  | { readonly kind: 'MethodNotAllowed'; readonly method: string; readonly allow: string }
  | { readonly kind: 'NotAcceptable'; readonly offered: readonly string[] }
  | { readonly kind: 'PreconditionFailed'; readonly detail: string }
  | { readonly kind: 'RequestTimeout' }
  | { readonly kind: 'ContentTooLarge' }
  | { readonly kind: 'ExpectationFailed' }
  | { readonly kind: 'UnsupportedMediaType'; readonly method: string }
  | { readonly kind: 'Invalid'; readonly violations: readonly Violation[] }
  | { readonly kind: 'HeadersTooLarge' }
  | { readonly kind: 'TooManyStreams'; readonly limit: number }
  | { readonly kind: 'ProblemTypeNotFound'; readonly name: string }
  | { readonly kind: 'NotReady'; readonly checks: Readonly<Record<string, 'ok' | 'failing'>> }
  | { readonly kind: 'Defect'; readonly cause: unknown }

export type Failure =
  | ProtocolFailure
  | Unauthenticated
  | Forbidden
  | PlaceAhead
  | Stale
  | KeyReused
  | ChatNotFound
  | MessageNotFound
  | MemberNotFound
  | LastOwner
  | FounderRepeated
  | MarkerAhead
  | KeyNotFound
  | ExpiryOutOfRange
  | Unavailable
