import type { KeyDigest, KeySecret } from '../../domain/keys/api-key.ts'

/** Makes secrets, and knows them by their digests. */
export interface Secrets {
  /** A secret that nobody had or guesses: 256 bits of a generator meant for it. */
  readonly make: () => KeySecret
  /** The same for the same text, and for no other. */
  readonly digestOf: (text: string) => KeyDigest
  /** Takes as long wherever the two differ. */
  readonly isSame: (one: KeyDigest, other: KeyDigest) => boolean
}
