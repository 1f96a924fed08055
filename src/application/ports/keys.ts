import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { KeyId, KeyPosition } from '../../domain/identity.ts'
import type { ApiKey, KeyDigest, KeyNotFound } from '../../domain/keys/api-key.ts'
import type { Unavailable } from './failures.ts'
import type { Page, Selection } from './page.ts'

export type KeySelection = Selection<KeyId, KeyPosition>

/** A key to be kept: the store gives it its identity, and it was not used yet. */
export type NewKey = Omit<ApiKey, 'id' | 'lastUsedAt'>

/** Where the keys of services are kept, by the digests of their secrets and without these. What a call returns never changes. */
export interface Keys {
  /** Keeps the key, found by the digest of a secret just made, and gives it an identity that no key had before. */
  readonly add: (key: NewKey, digest: KeyDigest) => TE.TaskEither<Unavailable, ApiKey>

  /** Selects among the keys, expired ones too, as `list` does among chats. */
  readonly list: (selection: KeySelection) => TE.TaskEither<Unavailable, Page<ApiKey>>

  /** The key is gone: whoever asks for its digest from now on does not find it. */
  readonly remove: (id: KeyId) => TE.TaskEither<KeyNotFound | Unavailable, void>

  /** Those of the digests that are of a key, each with it, expired or not, however many are asked for. */
  readonly find: (digests: readonly KeyDigest[]) => TE.TaskEither<Unavailable, ReadonlyMap<KeyDigest, ApiKey>>

  /** Notes when keys were used. What is known to be later stays; keys that are gone are passed over. */
  readonly touch: (uses: ReadonlyMap<KeyId, Date>) => TE.TaskEither<Unavailable, void>
}
