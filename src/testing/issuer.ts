import { createHmac, randomBytes } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import type { Clock } from '../application/ports/clock.ts'
import { UserId } from '../domain/caller.ts'

/** Signs tokens of users, as the application's own issuer does, with that secret. */
export interface Issuer {
  /** A JSON Web Token of the user, good for so many milliseconds, and never the same twice. Throws for what is no user id. */
  readonly tokenFor: (userId: string, lifetime: number) => string
  readonly isSigned: (token: string) => boolean
  readonly revoke: (token: string) => void
  readonly isRevoked: (token: string) => boolean
}

const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')

const HEADER = encoded({ alg: 'HS256', typ: 'JWT' })

/** The shortest secret that is one, in bytes: as for `AUTH_JWT_SECRET`. */
const SHORTEST = 32

/** Without a secret, with one that no other messenger knows. */
export const issuer = (clock: Clock, secret: string | Buffer = randomBytes(SHORTEST)): Issuer => {
  if (Buffer.byteLength(secret) < SHORTEST) throw new RangeError(`a secret has ${SHORTEST} bytes or more`)
  const revoked = new Set<string>()
  let issued = 0
  const signatureOf = (input: string) => createHmac('sha256', secret).update(input).digest('base64url')

  return {
    tokenFor: (userId, lifetime) => {
      if (E.isLeft(UserId.parse(userId))) throw new Error(`${userId} is no user id: ${UserId.RULE}`)
      const now = clock.now().getTime() / 1000
      const claims = { sub: userId, iat: now, exp: now + lifetime / 1000, jti: String(++issued) }
      const input = `${HEADER}.${encoded(claims)}`
      return `${input}.${signatureOf(input)}`
    },
    isSigned: (token) => {
      const end = token.lastIndexOf('.')
      return signatureOf(token.slice(0, end)) === token.slice(end + 1)
    },
    revoke: (token) => void revoked.add(token),
    isRevoked: (token) => revoked.has(token),
  }
}
