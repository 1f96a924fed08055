import { createHash, createPublicKey, type KeyObject } from 'node:crypto'

/** How a token may be signed by the holder of a private key. */
export const PUBLIC_ALGORITHMS = ['RS256', 'PS256', 'ES256', 'EdDSA'] as const
export type PublicAlgorithm = (typeof PUBLIC_ALGORITHMS)[number]

export interface PublicKey {
  /** The same for the same key, in whatever set and under whatever `kid`. */
  readonly id: string
  readonly kid: string | undefined
  readonly algorithms: readonly PublicAlgorithm[]
  readonly key: KeyObject
}

type Jwk = Readonly<Record<string, unknown>>

/** Shorter RSA keys are refused, as RFC 7518 (section 3.3) asks. */
const RSA_BITS = 2048

const isObject = (value: unknown): value is Jwk => typeof value === 'object' && value !== null && !Array.isArray(value)

/** One family of algorithms for each kind of key: no key is ever taken for one of another kind. */
const familyOf = ({ kty, crv }: Jwk): readonly PublicAlgorithm[] => {
  if (kty === 'RSA') return ['RS256', 'PS256']
  if (kty === 'EC' && crv === 'P-256') return ['ES256']
  if (kty === 'OKP' && crv === 'Ed25519') return ['EdDSA']
  return []
}

/** What the key itself leaves of its family (RFC 7517, section 4). */
const algorithmsOf = (jwk: Jwk): readonly PublicAlgorithm[] => {
  const { alg, use, key_ops: operations, d } = jwk
  const isForVerifying =
    (use === undefined || use === 'sig') &&
    (operations === undefined || (Array.isArray(operations) && operations.includes('verify')))
  // A private key that was published is nobody's secret.
  if (!isForVerifying || d !== undefined) return []
  return familyOf(jwk).filter((algorithm) => alg === undefined || alg === algorithm)
}

const isLongEnough = (key: KeyObject) =>
  key.asymmetricKeyType !== 'rsa' || (key.asymmetricKeyDetails?.modulusLength ?? 0) >= RSA_BITS

const publicKeyOf = (jwk: unknown): PublicKey | undefined => {
  if (!isObject(jwk)) return undefined
  const { kid } = jwk
  const algorithms = algorithmsOf(jwk)
  if (algorithms.length === 0 || (kid !== undefined && typeof kid !== 'string')) return undefined
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' })
    if (!isLongEnough(key)) return undefined
    const id = createHash('sha256')
      .update(key.export({ type: 'spki', format: 'der' }))
      .digest('base64url')
    return { id, kid, algorithms, key }
  } catch {
    return undefined
  }
}

/**
 * The keys of a JSON Web Key Set that can verify tokens; none, when the text is no such set. Others are passed over
 * (RFC 7517, section 5): a set may hold keys that are for something else.
 */
export const publicKeysOf = (text: string): readonly PublicKey[] => {
  let set: unknown
  try {
    set = JSON.parse(text)
  } catch {
    return []
  }
  if (!isObject(set) || !Array.isArray(set['keys'])) return []
  return set['keys'].flatMap((jwk) => publicKeyOf(jwk) ?? [])
}
