import * as E from 'fp-ts/lib/Either.js'
import type { Markers } from '../../application/ports/markers.ts'
import type { UserId } from '../../domain/caller.ts'
import { isTombstone } from '../../domain/chat/message.ts'
import type { Reading } from '../../domain/chat/reading.ts'
import { MessagePosition } from '../../domain/identity.ts'
import { type Entry, membershipIn } from './entry.ts'
import type { Store } from './store.ts'

/** Up to where the user has read, and what came after. */
export const readingIn = ({ chat, messages, markers }: Entry, userId: UserId): Reading => {
  const readMessageId = markers.get(userId)?.messageId ?? MessagePosition.START
  const unread = messages.slice(readMessageId).filter((message) => !isTombstone(message)).length
  return { chatId: chat.id, userId, readMessageId, unread }
}

/** Keeps the markers of members beside their chats. */
export const memoryMarkers = ({ entries, next }: Store): Markers => ({
  decide:
    (caller, { chatId, userId }, decision) =>
    async () => {
      const entry = entries.get(chatId)
      if (!entry) return E.left({ kind: 'ChatNotFound', chatId })
      const { readMessageId } = readingIn(entry, userId)
      const decided = decision({
        chat: entry.chat,
        membership: membershipIn(entry, caller),
        target: entry.members.get(userId),
        readMessageId,
      })
      if (E.isLeft(decided)) return decided
      const moved = decided.right !== readMessageId
      if (moved) entry.markers.set(userId, { messageId: decided.right, movedAt: next() })
      return E.right({ reading: readingIn(entry, userId), moved })
    },
})
