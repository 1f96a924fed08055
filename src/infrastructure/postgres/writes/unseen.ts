import type { Pool } from 'pg'
import { answerNotFound } from './answers.ts'
import { decideInTurn } from './decide-in-turn.ts'
import { draftOf } from './draft.ts'
import { chatsById } from './load-drafts.ts'
import { addMembers } from './load-members.ts'
import type { PendingChange } from './pending-change.ts'

/**
 * Looks at the chats once more for callers who did not see them as they were cached, and answers those who do not see them
 * as they are: nobody is kept out for having come too early, and no stranger holds up a chat. Returns the others.
 */
export const unseen = async (pool: Pool, changes: readonly PendingChange[]): Promise<readonly PendingChange[]> => {
  if (changes.length === 0) return []
  const byChat = Map.groupBy(changes, ({ ask }) => ask.chatId)
  const found = await chatsById(pool, [...byChat.keys()])
  const drafts = new Map(found.map((chat) => [chat.id, draftOf(chat)]))
  await addMembers(
    pool,
    drafts,
    changes.map(({ ask }) => ask),
  )
  return [...byChat].flatMap(([id, ofChat]) => {
    const draft = drafts.get(id)
    const still = draft ? decideInTurn(draft, ofChat, false).unseen : ofChat
    answerNotFound(still)
    return ofChat.filter((change) => !still.includes(change))
  })
}
