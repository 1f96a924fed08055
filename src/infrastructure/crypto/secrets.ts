import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Secrets } from '../../application/ports/secrets.ts'
import { type KeyDigest, KeySecret } from '../../domain/keys/api-key.ts'

const BYTES = 32

/** By Node's cryptography. A plain digest is enough: there is nothing to guess in 256 random bits. */
export const cryptoSecrets: Secrets = {
  make: () => `${KeySecret.PREFIX}${randomBytes(BYTES).toString('base64url')}` as KeySecret,
  digestOf: (text) => createHash('sha256').update(text).digest('base64url') as KeyDigest,
  isSame: (one, other) => one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other)),
}
