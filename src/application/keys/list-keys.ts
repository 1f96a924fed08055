import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Caller, Forbidden } from '../../domain/caller.ts'
import type { ApiKey } from '../../domain/keys/api-key.ts'
import { mayManageKeys } from '../../domain/keys/issue-key.ts'
import type { Unavailable } from '../ports/failures.ts'
import type { Keys, KeySelection } from '../ports/keys.ts'
import type { Page } from '../ports/page.ts'

export type ListKeysError = Forbidden | Unavailable

export type ListKeys = (caller: Caller, selection: KeySelection) => TE.TaskEither<ListKeysError, Page<ApiKey>>

export const listKeys =
  (keys: Keys): ListKeys =>
  (caller, selection) => {
    const allowed = mayManageKeys(caller)
    return E.isLeft(allowed) ? TE.left(allowed.left) : keys.list(selection)
  }
