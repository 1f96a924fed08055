import type { ChatId } from '../../../domain/identity.ts'
import { entryRow, keyRow } from '../database/rows.ts'
import type { Session } from '../database/statement.ts'
import { changedMemberRow, isSends, keyedRow, moveOf, sendersIn, type StandingDraft, unusedIn } from './draft-rows.ts'
import type { Place } from './moving.ts'
import { writeEverything } from './write-everything.ts'
import {
  writeKeyedMemberSend,
  writeKeyedMemberSends,
  writeKeyedSend,
  writeKeyedSends,
  writeMemberSend,
  writeMemberSends,
  writeSend,
  writeSends,
} from './write-statements.ts'
import { hasReactions, reactionsIn } from './writing-reactions.ts'

const writeOneSend = (session: Session, draft: StandingDraft) => {
  const [one] = draft.sent
  if (!one || draft.sent.length > 1 || !isSends(draft)) return undefined
  if (draft.unused.size !== (one.intent ? 1 : 0)) return undefined
  const move = moveOf(draft)
  const isMarking = draft.senders.size > 0
  if (!one.intent) return (isMarking ? writeMemberSend : writeSend)(session, { move, sent: one.message })
  const sent = { ...one.message, ...keyRow(one.message, one.intent) }
  return (isMarking ? writeKeyedMemberSend : writeKeyedSend)(session, { move, sent })
}

const writeGroup = (session: Session, drafts: readonly StandingDraft[]) => {
  const moves = drafts.map(moveOf)
  const sent = drafts.flatMap((draft) => draft.sent)
  const senders = drafts.flatMap(sendersIn)
  const unused = drafts.flatMap(unusedIn)
  const isMarking = senders.length > 0
  if (drafts.every(isSends)) {
    if (unused.length === 0)
      return (isMarking ? writeMemberSends : writeSends)(session, {
        moves,
        sent: sent.map(({ message }) => message),
        unused,
        senders,
      })
    return (isMarking ? writeKeyedMemberSends : writeKeyedSends)(session, {
      moves,
      sent: sent.map(keyedRow),
      unused,
      senders,
    })
  }
  return writeEverything(isMarking, drafts.some(hasReactions))(session, {
    ...reactionsIn(drafts),
    moves,
    senders,
    sent: sent.map(keyedRow),
    members: drafts.flatMap(({ changedMembers }) => Array.from(changedMembers.values(), changedMemberRow)),
    changed: drafts.flatMap(({ changed }) => Array.from(changed, entryRow)),
    unused,
  })
}

/**
 * Writes drafts, ascending by chat. Returns the chats that were not where they were decided on: to which place those were
 * moved to which only messages were sent, and undefined for the stale ones, of which nothing was written.
 */
export const writeDrafts = async (
  session: Session,
  drafts: readonly StandingDraft[],
): Promise<ReadonlyMap<ChatId, Place | undefined>> => {
  const [first] = drafts
  if (!first) return new Map()
  const surprises = await ((drafts.length === 1 && writeOneSend(session, first)) || writeGroup(session, drafts))
  return new Map(surprises.map(({ id, place }) => [id, place]))
}
