import * as E from 'fp-ts/lib/Either.js'
import type { Authentication, Authenticator } from '../src/application/ports/authenticator.ts'
import type { Caller, Scope, UserId } from '../src/domain/caller.ts'

export const aUser = (id: string): Caller => ({ kind: 'user', id: id as UserId })
export const aService = (...scopes: readonly Scope[]): Caller => ({ kind: 'service', grant: { scopes } })

export const bearer = (token: string) => ({ authorization: `Bearer ${token}` })

/** Knows callers by their tokens, as long as they are not revoked. */
export interface Tokens extends Authenticator {
  /** How often it was asked. */
  readonly asked: () => number
  readonly revoke: (token: string) => void
}

/** Answers at once, or `later`; for the token `unavailable` that it cannot tell. */
export const tokens = (callers: Readonly<Record<string, Caller>>, later = false): Tokens => {
  const revoked = new Set<string>()
  let asked = 0

  const find = (token: string): Authentication => {
    if (token === 'unavailable') return E.left({ kind: 'Unavailable', cause: new Error('the test says so') })
    const caller = revoked.has(token) ? undefined : callers[token]
    if (!caller) return E.left({ kind: 'Unauthenticated', detail: 'The "token" is not known' })
    return E.right({ caller, holds: () => !revoked.has(token) })
  }

  return {
    authenticate: (token) => {
      asked += 1
      return later ? new Promise((resolve) => setImmediate(() => resolve(find(token)))) : find(token)
    },
    asked: () => asked,
    revoke: (token) => void revoked.add(token),
  }
}
