import type * as E from 'fp-ts/lib/Either.js'
import type { Caller } from '../../domain/caller.ts'
import type { Unavailable } from './failures.ts'

/** A credential that was found to be good, and for whom it speaks. */
export interface Credential {
  readonly caller: Caller
  /** Whether it is good still: it did not expire, was not revoked, and what it was signed with is trusted. Asks nobody. */
  readonly holds: () => boolean
}

/** No credential, or one that is not good. The detail says what is wrong with it, and never repeats any of it. */
export interface Unauthenticated {
  readonly kind: 'Unauthenticated'
  readonly detail: string
  /** It says itself that it was good once. */
  readonly hasExpired?: boolean
}

export type Authentication = E.Either<Unauthenticated | Unavailable, Credential>

/** Finds out who holds a bearer token (RFC 6750). */
export interface Authenticator {
  /** The answer is there at once for a token that is remembered. Never rejects, and never waits for long. */
  readonly authenticate: (token: string) => Authentication | Promise<Authentication>
}
