import * as E from 'fp-ts/lib/Either.js'
import { UserId } from '../../domain/caller.ts'
import type { Members } from './token-parts.ts'

/** What tokens must say beside who is meant. */
export interface ClaimRules {
  readonly issuer?: string | undefined
  readonly audience?: string | undefined
}

export interface Claims {
  readonly userId: UserId
  /** Milliseconds since 1970. From then on the token is not good. */
  readonly expiresAt: number
}

/** What is wrong with a token that its holder has kept for too long. */
export const EXPIRED = 'The token has expired'

/**
 * Seconds by which the clock of an issuer may be ahead of ours: a token is used in the moment it is made. There is no such
 * grace at its end, which its holder knows beforehand.
 */
const AHEAD = 5

const isDate = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value)
const isDateOrAbsent = (value: unknown) => value === undefined || isDate(value)

const isFor = (audience: string, aud: unknown) => (Array.isArray(aud) ? aud.includes(audience) : aud === audience)

/** For whom the claims speak and until when, or what is wrong with them, in words that repeat none of them. */
export const claimsOf = (claims: Members, rules: ClaimRules, now: Date): E.Either<string, Claims> => {
  const { exp, nbf, iat, iss, aud, sub } = claims
  const seconds = now.getTime() / 1000
  if (!isDate(exp)) return E.left('The token must say when it expires: exp, a number')
  if (!isDateOrAbsent(nbf) || !isDateOrAbsent(iat)) return E.left('The nbf and the iat of the token must be numbers')
  if (seconds >= exp) return E.left(EXPIRED)
  if (isDate(nbf) && nbf > seconds + AHEAD) return E.left('The token is not good yet')
  if (rules.issuer !== undefined && iss !== rules.issuer)
    return E.left('The token is not from the issuer that is trusted here')
  if (rules.audience !== undefined && !isFor(rules.audience, aud))
    return E.left('The token is not meant for this service')

  const userId = typeof sub === 'string' ? UserId.parse(sub) : undefined
  if (userId === undefined || E.isLeft(userId)) return E.left(`The sub of the token must be a user id: ${UserId.RULE}`)
  return E.right({ userId: userId.right, expiresAt: exp * 1000 })
}
