import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Authentication, Authenticator } from '../application/ports/authenticator.ts'
import type { Clock } from '../application/ports/clock.ts'
import type { Keys } from '../application/ports/keys.ts'
import type { Secrets } from '../application/ports/secrets.ts'
import type { KeyId } from '../domain/identity.ts'
import { type ApiKey, grantOf, isExpired, KeySecret } from '../domain/keys/api-key.ts'
import { claimsOf } from '../infrastructure/auth/claims.ts'
import { partsOf } from '../infrastructure/auth/token-parts.ts'
import type { Issuer } from './issuer.ts'

/** Keys of which it is known at once that they were revoked. */
export interface WatchedKeys extends Keys {
  readonly isRevoked: (id: KeyId) => boolean
}

export const watchedKeys = (keys: Keys): WatchedKeys => {
  const revoked = new Set<KeyId>()
  return {
    ...keys,
    remove: (id) =>
      pipe(
        keys.remove(id),
        TE.map(() => void revoked.add(id)),
      ),
    isRevoked: (id) => revoked.has(id),
  }
}

const refused = (detail: string): Authentication => E.left({ kind: 'Unauthenticated', detail })

/** As keys note when they were used. */
const minuteOf = (time: Date) => new Date(Math.floor(time.getTime() / 60_000) * 60_000)

/**
 * Tells callers apart by the rules of the server (`keyAuthenticator`, `tokenAuthenticator`), and remembers nothing: what was
 * revoked is refused at once, and not within five seconds.
 */
export const memoryAuthenticator = (
  keys: WatchedKeys,
  secrets: Secrets,
  clock: Clock,
  { isSigned, isRevoked }: Issuer,
): Authenticator => {
  const heldBy = (key: ApiKey): Authentication => {
    const holds = () => !keys.isRevoked(key.id) && !isExpired(key, clock.now())
    return E.right({ caller: { kind: 'service', grant: grantOf(key) }, holds })
  }

  const byKey = async (secret: string): Promise<Authentication> => {
    const digest = secrets.digestOf(secret)
    const found = await keys.find([digest])()
    if (E.isLeft(found)) return found
    const key = found.right.get(digest)
    if (!key) return refused('There is no such key, or it was revoked')
    if (isExpired(key, clock.now())) return refused('The key expired')
    await keys.touch(new Map([[key.id, minuteOf(clock.now())]]))()
    return heldBy(key)
  }

  const byToken = (token: string): Authentication => {
    const parts = partsOf(token)
    if (E.isLeft(parts)) return refused(parts.left)
    const claims = claimsOf(parts.right.claims, {}, clock.now())
    if (E.isLeft(claims)) return refused(claims.left)
    if (!isSigned(token)) return refused('The token is not signed with a key that is trusted here')
    if (isRevoked(token)) return refused('The token was revoked')
    const { userId, expiresAt } = claims.right
    const holds = () => clock.now().getTime() < expiresAt && !isRevoked(token)
    return E.right({ caller: { kind: 'user', id: userId }, holds })
  }

  return {
    authenticate: (token) => {
      if (!KeySecret.isMeant(token)) return byToken(token)
      return KeySecret.isWellFormed(token) ? byKey(token) : refused('The key is malformed')
    },
  }
}
