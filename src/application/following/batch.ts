import type { Change } from '../../domain/chat/change.ts'
import type { Revision } from '../../domain/identity.ts'
import { memo, type Memo } from '../ports/memo.ts'

/**
 * Everything that happened in one chat after one revision up to another, in order. One batch goes to many followers, so it
 * carries what is worked out of it: ask `form` for frames, and they are written once for all of them.
 */
export interface Batch {
  readonly after: Revision
  /** What comes next begins here. At least the revision of the last change. */
  readonly upTo: Revision
  readonly changes: readonly Change[]
  readonly form: Memo<readonly Change[]>
}

export const batchOf = (after: Revision, changes: readonly Change[], upTo: Revision): Batch => ({
  after,
  upTo,
  changes,
  form: memo(changes),
})
