import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, Forbidden } from '../../domain/caller.ts'
import { type ApiKey, KeySecret } from '../../domain/keys/api-key.ts'
import { type ExpiryOutOfRange, issue, type KeyDraft } from '../../domain/keys/issue-key.ts'
import type { Clock } from '../ports/clock.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { Keys } from '../ports/keys.ts'
import type { Secrets } from '../ports/secrets.ts'

export type CreateKeyError = Forbidden | ExpiryOutOfRange | Unavailable

/** A new key and its secret, which is told this once. */
export interface MadeKey {
  readonly key: ApiKey
  readonly secret: KeySecret
}

export type CreateKey = (caller: Caller, draft: KeyDraft) => TE.TaskEither<CreateKeyError, MadeKey>

/** The secret of a key whose making was answered with `Unavailable` is known to nobody: it is of no use, and may be revoked. */
export const createKey =
  (keys: Keys, secrets: Secrets, clock: Clock): CreateKey =>
  (caller, draft) => {
    const issued = issue(caller, draft, clock.now())
    if (E.isLeft(issued)) return TE.left(issued.left)
    const secret = secrets.make()
    return pipe(
      keys.add({ ...issued.right, prefix: KeySecret.prefixOf(secret) }, secrets.digestOf(secret)),
      TE.map((key) => ({ key, secret })),
    )
  }
