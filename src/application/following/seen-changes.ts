import type { Caller } from '../../domain/caller.ts'
import type { Change } from '../../domain/chat/change.ts'
import { sees } from '../../domain/chat/sight.ts'
import type { Sight } from '../ports/journal.ts'
import { type Batch, batchOf } from './batch.ts'

/** What a follower may see of a batch, and as what it stands afterwards. */
export interface Seen {
  readonly batch: Batch
  readonly sight: Sight
  /** Whether the last change of the batch ended what the follower may see of the chat. */
  readonly isOver: boolean
}

type AccessChange = Change & { readonly kind: 'member' | 'chat' }

/** The few changes that may end somebody's sight of the chat. */
const accessChanges = (changes: readonly Change[]): readonly AccessChange[] =>
  changes.filter((change): change is AccessChange => change.kind !== 'message')

/** The sight after the change; the same one when it is somebody else's, or older than what is known already. */
const afterwards = (caller: Caller, sight: Sight, change: AccessChange): Sight => {
  if (change.kind === 'chat')
    return change.revision > sight.chat.changedAtRevision ? { ...sight, chat: change.chat } : sight
  const isOwn = caller.kind === 'user' && change.member.userId === caller.id
  return isOwn && change.revision > (sight.membership?.revision ?? -1) ? { ...sight, membership: change.member } : sight
}

/** Cuts the batch after the change that takes the chat out of the caller's sight: that very change is the last it is told. */
export const seenOf = (caller: Caller, before: Sight, batch: Batch): Seen => {
  let sight = before
  if (caller.kind === 'user')
    for (const change of batch.form(accessChanges)) {
      sight = afterwards(caller, sight, change)
      if (sees(caller, sight.chat, sight.membership)) continue
      const { revision } = change
      const changes = batch.changes.filter((one) => one.revision <= revision)
      return { batch: batchOf(batch.after, changes, revision), sight, isOver: true }
    }
  return { batch, sight, isOver: false }
}
