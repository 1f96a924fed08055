import type { Caller } from '../../domain/caller.ts'
import type { Change } from '../../domain/chat/change.ts'
import { sees } from '../../domain/chat/sight.ts'
import type { Revision } from '../../domain/identity.ts'
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

/**
 * The revision at which the change took the chat out of sight, or the first at which it may have. A chat that was renamed
 * after it turned private is told at its renaming; that it turned private then is one of the revisions of which nothing else
 * is left.
 */
const hiddenAt = ({ chat }: Sight, { after, changes }: Batch, change: AccessChange): Revision => {
  if (change.kind === 'member' || change.chat.accessRevision === change.revision) return change.revision
  const others = new Set(changes.filter(({ kind }) => kind !== 'chat').map(({ revision }) => revision))
  let revision = Math.max(after, chat.revision) + 1
  while (others.has(revision as Revision)) revision += 1
  return revision as Revision
}

/** The chat itself without what came after it went out of sight, which it was read with: that it is private, and no more. */
const asSeen =
  (before: Sight, seen: readonly Change[], hidden: Revision) =>
  (change: Change): Change => {
    if (change.kind !== 'chat' || change.chat.revision <= hidden) return change
    let { lastMessageId, updatedAt } = before.chat
    for (const one of seen)
      if (one.kind === 'message') {
        if (one.message.id > lastMessageId) lastMessageId = one.message.id
        if (one.message.createdAt > updatedAt) updatedAt = one.message.createdAt
      }
    const { visibility } = change.chat
    const own = change.revision > hidden ? { ...before.chat, visibility } : change.chat
    return { ...change, chat: { ...own, lastMessageId, updatedAt } }
  }

const isSeen = (caller: Caller, { chat, membership }: Sight): boolean => sees(caller, chat, membership)

/**
 * Cuts the batch where the chat goes out of the caller's sight: the change that tells so is the last that it is told. Who sees
 * the chat again at the end of the batch sees all of it.
 */
export const seenOf = (caller: Caller, before: Sight, batch: Batch): Seen => {
  const whole = { batch, sight: before, isOver: false }
  if (caller.kind !== 'user') return whole
  const changes = batch.form(accessChanges)
  const after = changes.reduce((sight, change) => afterwards(caller, sight, change), before)
  if (isSeen(caller, after)) return { ...whole, sight: after }
  let sight = before
  for (const change of changes) {
    sight = afterwards(caller, sight, change)
    if (isSeen(caller, sight)) continue
    const hidden = hiddenAt(before, batch, change)
    const seen = batch.changes.filter((one) => one.revision < hidden || one === change)
    return { batch: batchOf(batch.after, seen.map(asSeen(before, seen, hidden)), change.revision), sight, isOver: true }
  }
  return whole
}

/**
 * What the follower may see of the batch, if it is still a stranger: when the chat is known to have turned private, but that
 * is told only after more than one batch, because it was changed again. Undefined when that is not so.
 */
export const seenOfHidden = (caller: Caller, before: Sight, batch: Batch): Seen | undefined => {
  const { after, changes, ahead } = batch
  if (!ahead) return undefined
  const seen = seenOf(caller, before, batchOf(after, [...changes, ahead], ahead.revision))
  return seen.isOver ? seen : undefined
}
