import { createHmac } from 'node:crypto'
import { bearer } from './callers.ts'
import type { Client } from './client.ts'

export const JWT_SECRET = 'what the tests sign tokens with, in more than 32 bytes'
export const ROOT_KEY = 'the-root-key-of-the-tests-0123456789'

/** The variables of a service that lets in users by tokens and services by keys. */
export const GUARDED = { AUTH_JWT_SECRET: JWT_SECRET, AUTH_ROOT_KEY: ROOT_KEY }

export const asRoot = bearer(ROOT_KEY)

/** Seconds since 1970, so many from now. */
export const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds

const HASHES = { HS256: 'sha256', HS384: 'sha384', HS512: 'sha512' }

interface Signing {
  readonly algorithm?: keyof typeof HASHES
  /** Beside the algorithm, or in its place. */
  readonly header?: object
  readonly secret?: string
}

/** A token as an issuer makes it, or one that would like to be. It outlasts a run of all tests, at whose start many are made. */
export const aTokenOf = (
  user: string,
  claims: object = {},
  { algorithm = 'HS256', header, secret = JWT_SECRET }: Signing = {},
): string => {
  const parts = [
    { alg: algorithm, ...header },
    { sub: user, exp: inSeconds(7200), ...claims },
  ]
  const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${signed}.${createHmac(HASHES[algorithm], secret).update(signed).digest('base64url')}`
}

export const asUser = (user: string) => bearer(aTokenOf(user))

/** A key that root has made, and the headers that show it. */
export const aKeyOn = async (client: Client, scopes: readonly string[], limits: object = {}) => {
  const body = { name: scopes.join(' and '), scopes, ...limits }
  const { id, secret } = (await client.post<{ readonly id: number; readonly secret: string }>('/keys/', body, asRoot))
    .json
  return { id, secret, headers: bearer(secret) }
}
