import type { Pool } from 'pg'
import type { ChatId } from '../../../domain/identity.ts'
import { answerNotFound } from './answers.ts'
import { decideAsWritten } from './decide-as-written.ts'
import { decideInTurn, type Verdict } from './decide-in-turn.ts'
import { type Draft, draftOf, type Drafts } from './draft.ts'
import { addDone, addMessages, chatsById } from './load-drafts.ts'
import { addMembers, addOthers } from './load-members.ts'
import { addReactions } from './load-reactions.ts'
import type { PendingChange } from './pending-change.ts'
import type { RecentChats } from './recent-chats.ts'
import type { RecentMembers } from './recent-members.ts'
import { unseen } from './unseen.ts'
import { writeDrafts } from './write-drafts.ts'
import type { StandingDraft } from './draft-rows.ts'
import type { Place } from './moving.ts'
import type { Written } from './writer.ts'

/** Drafts of the chats that there are, ascending. Only those that are not cached are looked up. */
const draftsOf = async (pool: Pool, recent: RecentChats, ids: Iterable<ChatId>): Promise<Drafts> => {
  const known = new Map<ChatId, Draft>()
  const unknown: ChatId[] = []
  for (const id of ids) {
    const chat = recent.get(id)
    if (chat) known.set(id, draftOf(chat))
    else unknown.push(id)
  }
  if (unknown.length > 0) for (const chat of await chatsById(pool, unknown)) known.set(chat.id, draftOf(chat))
  return new Map([...known].sort(([a], [b]) => a - b))
}

/** As `decideAsWritten`; a defect is the answer of all that it concerns. */
const asWritten = (draft: Draft, { taken }: Verdict, place: Place) => {
  try {
    return decideAsWritten(draft as StandingDraft, taken, place)
  } catch (defect) {
    return { chat: undefined, answers: taken.map((change) => () => change.reject(defect)) }
  }
}

/**
 * Decides pending changes on cached chats and writes them together. Changes whose cached revision was stale are
 * returned; decide them again. Every answer, a refusal too, is given only once the database confirmed what it rests on:
 * a chat that still has the revision has the same messages and keys as well, if those were looked up later than the chat.
 * What was sent rests on less, and is answered as it was written wherever the chat had moved on to.
 */
export const writeGroup = async (
  pool: Pool,
  recent: RecentChats,
  members: RecentMembers,
  changes: readonly PendingChange[],
  onSurprise: () => void,
): Promise<Written> => {
  const byChat = Map.groupBy(changes, ({ ask }) => ask.chatId)
  const drafts = await draftsOf(pool, recent, byChat.keys())
  const asks = changes.map(({ ask }) => ask)
  await addMembers(pool, drafts, asks, members)
  await addOthers(pool, drafts, asks)
  await addMessages(pool, drafts, asks)
  await addReactions(pool, drafts, asks)
  // A key is nearly always new: whether it is, the statement itself finds out.
  const again = changes.filter(({ conflicts }) => conflicts > 0)
  await addDone(
    pool,
    drafts,
    again.map(({ ask }) => ask),
  )

  const verdicts = Array.from(drafts, ([id, draft]) => ({
    id,
    draft,
    ...decideInTurn(draft, byChat.get(id) ?? [], false),
  }))
  // What nobody was answered with needs no confirmation.
  const decided = verdicts.filter(({ answers }) => answers.length > 0)
  const surprises = await writeDrafts(
    pool,
    decided.map(({ draft }) => draft as StandingDraft),
  )
  if (surprises.size > 0) onSurprise()

  for (const [id, ofChat] of byChat) if (!drafts.has(id)) answerNotFound(ofChat)
  const written: Written = { stale: [], later: [], removals: [] }
  for (const change of await unseen(
    pool,
    verdicts.flatMap((verdict) => verdict.unseen),
  )) {
    recent.delete(change.ask.chatId)
    written.stale.push(change)
  }
  for (const verdict of verdicts) {
    const { id, draft, later, removals } = verdict
    const place = surprises.get(id)
    if (surprises.has(id) && !place) {
      recent.delete(id)
      written.stale.push(...(byChat.get(id) ?? []).filter((change) => !verdict.unseen.includes(change)))
      continue
    }
    written.later.push(...later)
    written.removals.push(...removals)
    const { chat, answers } = place ? asWritten(draft, verdict, place) : { chat: draft.chat, answers: verdict.answers }
    for (const answer of answers) answer()
    if (answers.length > 0 && chat) recent.set(id, chat)
    else if (place) recent.delete(id)
  }
  return written
}
