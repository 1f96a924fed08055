import type { Pool } from 'pg'
import type { ChatId } from '../../../domain/identity.ts'
import { type Draft, draftOf } from './draft.ts'
import { keepAll } from './write-statements.ts'
import { addDone, addMessages, chatsById } from './load-drafts.ts'
import { decideInTurn, type Member, notFound, type Verdict } from './pending-change.ts'
import type { RecentChats } from './recent-chats.ts'

/** Drafts of the chats that there are, ascending. Only those that were not seen lately are looked up. */
const draftsOf = async (pool: Pool, recent: RecentChats, ids: Iterable<ChatId>) => {
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

/**
 * Decides what the members want on what is thought to be the state of their chats, and keeps it where that was right.
 * Returns those for whom it was wrong. Every answer, a refusal too, is told only once the database confirmed what it
 * rests on: a chat that still has the revision has the same messages and keys as well, if those were looked up later
 * than the chat.
 */
export const keepTogether = async (
  pool: Pool,
  recent: RecentChats,
  members: readonly Member[],
): Promise<{ readonly wrong: readonly Member[]; readonly later: readonly Member[] }> => {
  const byChat = Map.groupBy(members, ({ chatId }) => chatId)
  const drafts = await draftsOf(pool, recent, byChat.keys())
  await addMessages(pool, drafts, members)
  // A key is nearly always new: whether it is, the statement itself finds out.
  const doubtful = members.filter(({ lost }) => lost > 0)
  await addDone(pool, drafts, doubtful)

  const verdicts = new Map<ChatId, Verdict>()
  for (const [id, ofChat] of byChat) {
    const draft = drafts.get(id)
    verdicts.set(id, draft ? decideInTurn(draft, ofChat) : notFound(id, ofChat))
  }
  const wrongChats = drafts.size > 0 ? await keepAll(pool, [...drafts.values()]) : new Set<ChatId>()

  const wrong: Member[] = []
  const later: Member[] = []
  for (const [id, verdict] of verdicts) {
    const draft = drafts.get(id)
    if (wrongChats.has(id)) {
      recent.forget(id)
      wrong.push(...(byChat.get(id) ?? []))
    } else {
      verdict.tell()
      later.push(...verdict.later)
      if (draft) recent.set(id, draft.chat)
    }
  }
  return { wrong, later }
}
