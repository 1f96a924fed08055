import type { Message } from '../../../../domain/chat/message.ts'
import type { ChatId, MessageId, Revision } from '../../../../domain/identity.ts'
import { entryRow, keyRow } from '../../database/rows.ts'
import type { Session } from '../../database/statement.ts'
import { changedMemberRow, isSends, keyedRow, moveOf, sendersIn, type StandingDraft, unusedIn } from '../draft-rows.ts'
import type { Place } from '../moving.ts'
import { reactionsIn } from '../writing-reactions.ts'
import { addMemberships, addMessages, addReactions } from './add-rows.ts'
import { moveEverything, moveSends, movingSends } from './move-chats.ts'
import { sendOnTheSpot } from './send-function.ts'

const move = (session: Session, drafts: readonly StandingDraft[]) => {
  const moves = drafts.map(moveOf)
  const senders = drafts.flatMap(sendersIn)
  const unused = drafts.flatMap(unusedIn)
  if (drafts.every(isSends)) {
    if (unused.length === 0 && senders.length === 0) return moveSends(session, { moves })
    return movingSends(unused.length > 0, senders.length > 0)(session, { moves, unused, senders })
  }
  const { counted, withdrawn, erased } = reactionsIn(drafts)
  const changed = drafts.flatMap(({ changed }) => Array.from(changed, entryRow))
  return moveEverything(session, { moves, unused, senders, changed, counted, withdrawn, erased })
}

/** The messages as they were decided, moved as far as their chat was. */
const sentAt = ({ chat, sent }: StandingDraft, { updatedAt, lastMessageId, revision }: Place) => {
  const [idsAhead, ahead] = [lastMessageId - chat.lastMessageId, revision - chat.revision]
  return sent.map(({ message, intent }) => {
    const moved: Message = {
      ...message,
      id: (message.id + idsAhead) as MessageId,
      revision: (message.revision + ahead) as Revision,
      createdAt: ahead === 0 ? message.createdAt : updatedAt,
    }
    return { ...moved, ...keyRow(moved, intent) }
  })
}

/**
 * The same of messages sent to one chat, in one command. Not in a transaction that is under way: there the coordinator would do
 * itself what the function does.
 */
export const writeOnTheSpot = async (
  session: Session,
  draft: StandingDraft,
): Promise<ReadonlyMap<ChatId, Place | undefined>> => {
  const [place] = await sendOnTheSpot(session, {
    move: moveOf(draft),
    unused: [...draft.unused],
    senders: sendersIn(draft),
    sent: draft.sent.map(keyedRow),
  })
  return place?.revision === draft.chat.revision ? new Map() : new Map([[draft.before.id, place]])
}

/** Whether rows are added for them, in statements of their own. */
export const addsRows = ({ sent, changedMembers, reactions }: StandingDraft): boolean =>
  sent.length > 0 || changedMembers.size > 0 || reactions.changed.size > 0

/**
 * As `writeDrafts`, of chats of one part: moves them where they are, then adds what belongs to those that moved. More than one
 * statement where rows are added, so in a transaction.
 */
export const writeRouted = async (
  session: Session,
  drafts: readonly StandingDraft[],
): Promise<ReadonlyMap<ChatId, Place | undefined>> => {
  const found = new Map((await move(session, drafts)).map(({ id, place }) => [id, place]))
  const moved = drafts.flatMap((draft) => {
    const place = found.get(draft.before.id)
    return place ? [{ draft, place }] : []
  })
  const sent = moved.flatMap(({ draft, place }) => sentAt(draft, place))
  const members = moved.flatMap(({ draft }) => Array.from(draft.changedMembers.values(), changedMemberRow))
  const { added } = reactionsIn(moved.map(({ draft }) => draft))
  if (sent.length > 0) await addMessages(session, sent)
  if (members.length > 0) await addMemberships(session, { added: members })
  if (added.length > 0) await addReactions(session, { added })
  const surprises = new Map<ChatId, Place | undefined>(found)
  for (const { draft, place } of moved) if (place.revision === draft.chat.revision) surprises.delete(draft.before.id)
  for (const draft of drafts)
    if (isSends(draft) && !found.has(draft.before.id)) surprises.set(draft.before.id, undefined)
  return surprises
}
