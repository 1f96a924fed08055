import type { Change, ChatChange } from '../../domain/chat/change.ts'
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
  /** The chat's own last change, when it was read already and comes after what is here. */
  readonly ahead?: ChatChange | undefined
}

export const batchOf = (after: Revision, changes: readonly Change[], upTo: Revision, ahead?: ChatChange): Batch => ({
  after,
  upTo,
  changes,
  form: memo(changes),
  ...(ahead && { ahead }),
})
