import { compactVerify } from 'jose'
import * as E from 'fp-ts/lib/Either.js'
import type {
  Authentication,
  Authenticator,
  Credential,
  Unauthenticated,
} from '../../application/ports/authenticator.ts'
import type { Clock } from '../../application/ports/clock.ts'
import type { Unavailable } from '../../application/ports/failures.ts'
import { type BoundedMap, boundedMap } from '../postgres/database/bounded-map.ts'
import { type ClaimRules, type Claims, claimsOf, EXPIRED } from './claims.ts'
import { keySet } from './key-set.ts'
import { FILE_TIMES, fileKeySet, REMOTE_TIMES, remoteKeySet } from './key-set-sources.ts'
import { PUBLIC_ALGORITHMS, type PublicAlgorithm } from './public-keys.ts'
import { partsOf, type TokenParts } from './token-parts.ts'

/** What tokens may be signed with, at least one of the three, and what else they must say. */
export interface TokenSettings extends ClaimRules {
  /** For HS256: the bytes of each are a key. A token may be signed with any of them; the first is tried first. */
  readonly secrets?: readonly string[]
  /** Where the keys are for what is signed with a private key. */
  readonly keySetUrl?: string | undefined
  readonly keySetFile?: string | undefined
}

/** Milliseconds after which a token that is remembered is verified once more. */
export const REMEMBERED_MS = 5 * 60_000

/** Characters of tokens that are remembered, with what belongs to each: some ten thousand tokens. */
const REMEMBERED_LIMIT = 16 * 1024 * 1024
const ENTRY_WEIGHT = 512

interface Remembered {
  readonly credential: Credential
  readonly answer: Authentication
  readonly until: number
  readonly weight: number
}

const unauthenticated = (detail: string): E.Either<Unauthenticated, never> =>
  E.left({ kind: 'Unauthenticated', detail, hasExpired: detail === EXPIRED })

const UNTRUSTED = unauthenticated('The token is not signed with a key that is trusted here')

const isPublicAlgorithm = (alg: unknown): alg is PublicAlgorithm =>
  (PUBLIC_ALGORITHMS as readonly unknown[]).includes(alg)

const isSignedWith = async (token: string, alg: string, key: Parameters<typeof compactVerify>[1]): Promise<boolean> => {
  try {
    await compactVerify(token, key, { algorithms: [alg] })
    return true
  } catch {
    return false
  }
}

const keySetOf = ({ keySetUrl, keySetFile }: TokenSettings, clock: Clock, onFailure: (failure: unknown) => void) => {
  if (keySetUrl !== undefined) return keySet(remoteKeySet(keySetUrl), REMOTE_TIMES, clock, onFailure)
  if (keySetFile !== undefined) return keySet(fileKeySet(keySetFile), FILE_TIMES, clock, onFailure)
  return undefined
}

/** Whether what has signed the token is trusted still. */
type Trusted = () => boolean

/**
 * Verifies the tokens of users. A token's algorithm says whether it is held against the secret or against the set, and
 * never against the other. `onFailure` is told, once a try, when the set could not be read.
 */
export const tokenAuthenticator = (
  settings: TokenSettings,
  clock: Clock,
  onFailure: (failure: unknown) => void = () => {},
): Authenticator & { readonly close: () => void } => {
  const secrets = (settings.secrets ?? []).map((secret) => new TextEncoder().encode(secret))
  const keys = keySetOf(settings, clock, onFailure)
  const remembered: BoundedMap<string, Remembered> = boundedMap(REMEMBERED_LIMIT, ({ weight }) => weight)

  const signer = async (
    token: string,
    { alg, kid }: TokenParts,
  ): Promise<E.Either<Unauthenticated | Unavailable, Trusted>> => {
    if (alg === 'HS256' && secrets.length > 0) {
      for (const secret of secrets) if (await isSignedWith(token, alg, secret)) return E.right(() => true)
      return UNTRUSTED
    }
    if (!keys || !isPublicAlgorithm(alg))
      return unauthenticated('The token is signed in a way that is not accepted here')
    const candidates = await keys.find(alg, kid)
    if (E.isLeft(candidates)) return candidates
    for (const { id, key } of candidates.right)
      if (await isSignedWith(token, alg, key)) return E.right(() => keys.trusts(id))
    return UNTRUSTED
  }

  const verify = async (token: string, parts: TokenParts, { userId, expiresAt }: Claims): Promise<Authentication> => {
    const trusted = await signer(token, parts)
    if (E.isLeft(trusted)) return trusted
    const credential: Credential = {
      caller: { kind: 'user', id: userId },
      holds: () => clock.now().getTime() < expiresAt && trusted.right(),
    }
    const answer = E.right(credential)
    const until = clock.now().getTime() + REMEMBERED_MS
    remembered.set(token, { credential, answer, until, weight: token.length + ENTRY_WEIGHT })
    return answer
  }

  return {
    authenticate: (token) => {
      const known = remembered.get(token)
      if (known && clock.now().getTime() < known.until && known.credential.holds()) return known.answer

      // Claims come first: a token that would be refused whoever signed it costs no signature and asks no key server.
      const parts = partsOf(token)
      if (E.isLeft(parts)) return unauthenticated(parts.left)
      const claims = claimsOf(parts.right.claims, settings, clock.now())
      if (E.isLeft(claims)) return unauthenticated(claims.left)
      return verify(token, parts.right, claims.right)
    },
    close: () => keys?.close(),
  }
}
