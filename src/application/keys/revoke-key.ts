import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, Forbidden } from '../../domain/caller.ts'
import type { KeyId } from '../../domain/identity.ts'
import type { KeyNotFound } from '../../domain/keys/api-key.ts'
import { mayManageKeys } from '../../domain/keys/issue-key.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { Keys } from '../ports/keys.ts'

export type RevokeKeyError = Forbidden | KeyNotFound | Unavailable

export type RevokeKey = (caller: Caller, keyId: KeyId) => TE.TaskEither<RevokeKeyError, void>

/** Servers that know the key hear of it within 5 s. */
export const revokeKey =
  (keys: Keys): RevokeKey =>
  (caller, keyId) => {
    const allowed = mayManageKeys(caller)
    return E.isLeft(allowed) ? TE.left(allowed.left) : keys.remove(keyId)
  }
