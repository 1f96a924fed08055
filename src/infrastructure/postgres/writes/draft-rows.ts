import type { Chat } from '../../../domain/chat/chat.ts'
import { Metadata } from '../../../domain/metadata.ts'
import { keyRow, membershipRow } from '../database/rows.ts'
import type { ChangedMember, Draft } from './draft.ts'
import { type Move, settledAt } from './moving.ts'

/** A draft whose chat is still there. */
export type StandingDraft = Draft & { chat: Chat }

/** Whether all that became of the chat is messages sent. */
export const isSends = ({ sent, restsOnRevision }: StandingDraft) => sent.length > 0 && !restsOnRevision

export const moveOf = (draft: StandingDraft): Move => {
  const { before, chat, sent } = draft
  const { createdAt: _, ...becoming } = chat
  const isChanged = chat.changedAtRevision !== before.changedAtRevision
  return {
    ...becoming,
    metadata: isChanged ? chat.metadata : Metadata.NONE,
    changes: chat.revision - before.revision,
    sends: sent.length,
    settledBefore: settledAt(before),
    expected: isSends(draft) ? null : before.revision,
  }
}

export const sendersIn = ({ before, senders }: StandingDraft) =>
  Array.from(senders, ([userId, messageId]) => ({ chatId: before.id, userId, messageId }))

export const changedMemberRow = ({ membership, lastMessageId }: ChangedMember) => ({
  ...membershipRow(membership),
  readMessageId: lastMessageId,
})

export const keyedRow = ({ message, intent }: Draft['sent'][number]) => ({ ...message, ...keyRow(message, intent) })

export const unusedIn = ({ before, unused }: Draft) =>
  Array.from(unused, (idempotencyKey) => ({ chatId: before.id, idempotencyKey }))
