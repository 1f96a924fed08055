import type { Pool, PoolClient } from 'pg'
import type { ChatId } from '../../../domain/identity.ts'
import { inTransaction } from '../database/transaction.ts'
import { answerNotFound } from './answers.ts'
import { decideInTurn } from './decide-in-turn.ts'
import { type Draft, draftOf } from './draft.ts'
import { addDone, addMessages, lockedChat } from './load-drafts.ts'
import { addMembers, addOthers } from './load-members.ts'
import { addReactions } from './load-reactions.ts'
import type { PendingChange } from './pending-change.ts'
import type { StandingDraft } from './draft-rows.ts'
import type { Removing } from './removing.ts'
import { writeDrafts } from './write-drafts.ts'
import { REMOVAL_TIMEOUT_MS } from './write-statements.ts'

const write = async (remove: Removing, client: PoolClient, draft: Draft, changes: readonly PendingChange[]) => {
  const { id } = draft.before
  // What was sent before the chat went would go with it.
  if (!draft.chat) {
    for (const change of changes) change.mayTakeLong = true
    await remove(client, id)
    return
  }
  const surprises = await writeDrafts(client, [draft as StandingDraft])
  if (surprises.size > 0) throw new Error(`chat ${id} changed under its lock`)
}

/** Decides pending changes of one chat on its locked row and writes them: whoever else changes the chat waits. */
export const writeLocked = async (
  pool: Pool,
  remove: Removing,
  id: ChatId,
  changes: readonly PendingChange[],
): Promise<readonly PendingChange[]> => {
  const verdict = await inTransaction(pool, { statement_timeout: String(REMOVAL_TIMEOUT_MS) }, async (client) => {
    const chat = await lockedChat(client, id)
    if (!chat) return { answers: [() => answerNotFound(changes)], later: [] }
    const draft = draftOf(chat)
    const drafts = new Map([[id, draft]])
    const asks = changes.map(({ ask }) => ask)
    await addMembers(client, drafts, asks)
    await addOthers(client, drafts, asks)
    await addMessages(client, drafts, asks)
    await addReactions(client, drafts, asks)
    await addDone(client, drafts, asks)
    const { answers, unseen, later } = decideInTurn(draft, changes, true)
    await write(remove, client, draft, changes)
    return { answers: [...answers, () => answerNotFound(unseen)], later }
  })
  for (const answer of verdict.answers) answer()
  return verdict.later
}
