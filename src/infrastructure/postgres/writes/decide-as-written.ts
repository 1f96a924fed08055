import type { Chat } from '../../../domain/chat/chat.ts'
import type { MessagePosition, Revision } from '../../../domain/identity.ts'
import { decideInTurn, type Verdict } from './decide-in-turn.ts'
import { draftOf } from './draft.ts'
import type { PendingChange } from './pending-change.ts'
import type { StandingDraft } from './draft-rows.ts'
import type { Place } from './moving.ts'

interface Decided {
  readonly chat: Chat
  readonly answers: Verdict['answers']
}

/**
 * Decides sends again that were written further on than they were decided, on the chat as it was found there: what is
 * answered is what the domain says, and not what a statement counted. Throws when the domain says otherwise than was written.
 */
export const decideAsWritten = (
  { before, members, sent }: StandingDraft,
  taken: readonly PendingChange[],
  { updatedAt, lastMessageId, revision }: Place,
): Decided => {
  const earlier = {
    ...before,
    updatedAt,
    lastMessageId: (lastMessageId - sent.length) as MessagePosition,
    revision: (revision - sent.length) as Revision,
  }
  // Sends were written only because nobody's access was changed: who may send is as it was.
  const again = { ...draftOf(earlier), members }
  const { answers } = decideInTurn(again, taken, false)
  const { chat } = again
  const isAsWritten =
    chat?.lastMessageId === lastMessageId &&
    chat.revision === revision &&
    chat.updatedAt.getTime() === updatedAt.getTime() &&
    chat.activeAt.getTime() === updatedAt.getTime() &&
    again.sent.length === sent.length &&
    again.sent.every(({ message }, index) => message.text === sent[index]?.message.text)
  if (!chat || !isAsWritten) throw new Error(`chat ${before.id} was written otherwise than the domain decides`)
  return { chat, answers }
}
