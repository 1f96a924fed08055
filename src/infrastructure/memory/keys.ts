import * as E from 'fp-ts/lib/Either.js'
import type { Keys } from '../../application/ports/keys.ts'
import type { KeyId } from '../../domain/identity.ts'
import type { ApiKey, KeyDigest } from '../../domain/keys/api-key.ts'
import { select } from './select.ts'

/** Keeps every key in one process, in the order of their ids. */
export const memoryKeys = (): Keys => {
  const digests = new Map<KeyId, KeyDigest>()
  const keys = new Map<KeyDigest, ApiKey>()
  let lastKeyId = 0

  return {
    add: (draft, digest) => async () => {
      const key: ApiKey = { ...draft, id: ++lastKeyId as KeyId, lastUsedAt: null }
      digests.set(key.id, digest)
      keys.set(digest, key)
      return E.right(key)
    },

    list: (selection) => async () => E.right(select([...keys.values()], selection)),

    remove: (keyId) => async () => {
      const digest = digests.get(keyId)
      if (digest === undefined) return E.left({ kind: 'KeyNotFound', keyId })
      digests.delete(keyId)
      keys.delete(digest)
      return E.right(undefined)
    },

    find: (wanted) => async () =>
      E.right(
        new Map(
          wanted.flatMap((digest) => {
            const key = keys.get(digest)
            return key ? [[digest, key] as const] : []
          }),
        ),
      ),

    touch: (uses) => async () => {
      for (const [id, at] of uses) {
        const digest = digests.get(id)
        const key = digest && keys.get(digest)
        if (digest && key && (key.lastUsedAt ?? 0) < at) keys.set(digest, { ...key, lastUsedAt: at })
      }
      return E.right(undefined)
    },
  }
}
