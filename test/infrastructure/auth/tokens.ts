import { createHmac, type KeyObject, sign } from 'node:crypto'
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'
import type { PublicAlgorithm } from '../../../src/infrastructure/auth/public-keys.ts'
import { NOON } from '../../fixtures.ts'

export const SECRET = 'thirty-two bytes, and a few more of them'

/** Seconds since 1970, so many after noon. */
export const at = (seconds: number) => NOON.getTime() / 1000 + seconds

export const CLAIMS = { sub: 'ada', iss: 'https://accounts.example.com', aud: 'messenger', exp: at(600) }
export const RULES = { issuer: CLAIMS.iss, audience: CLAIMS.aud }

/** Time that stands still until it is moved. */
export const aClock = () => {
  let now = NOON.getTime()
  return { now: () => new Date(now), advance: (milliseconds: number) => void (now += milliseconds) }
}

/** Somebody who signs, and the public key for a set. */
export interface Signer {
  readonly alg: PublicAlgorithm
  readonly privateKey: CryptoKey
  readonly jwk: JWK & { readonly kid: string }
}

export const aSigner = async (alg: PublicAlgorithm, kid: string): Promise<Signer> => {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { alg, privateKey, jwk: { ...(await exportJWK(publicKey)), kid } }
}

export const setOf = (...signers: readonly { readonly jwk: JWK }[]) =>
  JSON.stringify({ keys: signers.map(({ jwk }) => jwk) })

/** A token as an issuer makes it. */
export const aToken = (claims: object, { alg, privateKey, jwk }: Signer, header: object = {}): Promise<string> =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg, kid: jwk.kid, ...header }).sign(privateKey)

export const aSharedToken = (claims: object, secret = SECRET): Promise<string> =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret))

type Text = string | Uint8Array | object

const base64 = (part: Text): string => {
  const isRaw = typeof part === 'string' || part instanceof Uint8Array
  return Buffer.from(isRaw ? part : JSON.stringify(part)).toString('base64url')
}

/** A token of whatever parts, with the signature that `by` makes of them. */
export const forged = (header: Text, claims: Text, by: (input: string) => Uint8Array | string): string => {
  const input = `${base64(header)}.${base64(claims)}`
  return `${input}.${base64(by(input))}`
}

export const hmac =
  (key: Parameters<typeof createHmac>[1], hash = 'sha256') =>
  (input: string) =>
    createHmac(hash, key).update(input).digest()

export const signature =
  (key: KeyObject, hash: string | null = 'sha256', options: object = {}) =>
  (input: string) =>
    sign(hash, Buffer.from(input), { key, ...options })
