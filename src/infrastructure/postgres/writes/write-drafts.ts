import type { Chat } from '../../../domain/chat/chat.ts'
import type { ChatId } from '../../../domain/identity.ts'
import { entryRow, keyRow } from '../database/rows.ts'
import type { Session } from '../database/statement.ts'
import type { Draft } from './draft.ts'
import { type Move, writeEverything, writeKeyedSend, writeSend, writeSends } from './write-statements.ts'

/** A draft whose chat is still there. */
export type StandingDraft = Draft & { chat: Chat }

const moveOf = ({ chat, before }: StandingDraft): Move => ({ ...chat, expected: before.revision })

/** Whether all that became of the chat is messages sent, and as many keys. */
const isSends = ({ before, chat, sent, unused, changed }: StandingDraft, keys: number) =>
  sent.length > 0 && chat.revision === before.revision + sent.length && unused.size === keys && changed.size === 0

const writeOneSend = (session: Session, draft: StandingDraft) => {
  const [one] = draft.sent
  if (!one || draft.sent.length > 1 || !isSends(draft, one.intent ? 1 : 0)) return undefined
  const move = moveOf(draft)
  return one.intent
    ? writeKeyedSend(session, { move, sent: { ...one.message, ...keyRow(one.message, one.intent) } })
    : writeSend(session, { move, sent: one.message })
}

const writeGroup = (session: Session, drafts: readonly StandingDraft[]) => {
  const moves = drafts.map(moveOf)
  const sent = drafts.flatMap((draft) => draft.sent)
  if (drafts.every((draft) => isSends(draft, 0)))
    return writeSends(session, { moves, sent: sent.map(({ message }) => message) })
  return writeEverything(session, {
    moves,
    sent: sent.map(({ message, intent }) => ({ ...message, ...keyRow(message, intent) })),
    changed: drafts.flatMap(({ changed }) => Array.from(changed, entryRow)),
    unused: drafts.flatMap(({ before, unused }) =>
      Array.from(unused, (idempotencyKey) => ({ chatId: before.id, idempotencyKey })),
    ),
  })
}

/** Writes the drafts of chats that are as they were found, ascending by chat. Returns the stale chats. */
export const writeDrafts = async (session: Session, drafts: readonly StandingDraft[]): Promise<ReadonlySet<ChatId>> => {
  const [first] = drafts
  if (!first) return new Set()
  return new Set(await ((drafts.length === 1 && writeOneSend(session, first)) || writeGroup(session, drafts)))
}
