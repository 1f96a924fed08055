import * as E from 'fp-ts/lib/Either.js'
import type { MessageReaction, Reactions } from '../../application/ports/reactions.ts'
import type { Caller, UserId } from '../../domain/caller.ts'
import type { ChatId, MessageId } from '../../domain/identity.ts'
import { type Entry, isSeen, present } from './entry.ts'
import type { Store } from './store.ts'

/** Reads what decisions kept of reactions. */
export const memoryReactions = ({ entries }: Store): Reactions => {
  const seenBy = (caller: Caller, chatId: ChatId): Entry | undefined => {
    const entry = entries.get(chatId)
    return entry && isSeen(caller, entry) ? entry : undefined
  }

  return {
    users:
      (caller, chatId, messageId, reaction, { limit, after = '' as UserId }) =>
      async () => {
        const entry = seenBy(caller, chatId)
        if (!entry) return E.left({ kind: 'ChatNotFound' as const, chatId })
        if (!present(entry, messageId)) return E.left({ kind: 'MessageNotFound' as const, chatId, messageId })
        const users = [...(entry.reacted.get(messageId)?.get(reaction) ?? [])].filter((id) => id > after).sort()
        return E.right({ entries: users.slice(0, limit), more: users.length > limit })
      },

    ofUser:
      (caller, chatId, userId, { limit, before = Infinity, after = 0 }) =>
      async () => {
        const entry = seenBy(caller, chatId)
        if (!entry) return E.left({ kind: 'ChatNotFound' as const, chatId })
        const reactionsTo = (messageId: MessageId): readonly MessageReaction[] =>
          [...(entry.reacted.get(messageId) ?? [])]
            .filter(([, users]) => users.has(userId))
            .map(([reaction]) => ({ messageId, reaction }))
            .sort((a, b) => Buffer.compare(Buffer.from(a.reaction), Buffer.from(b.reaction)))
        const messages = [...entry.reacted.keys()]
          .filter((id) => id < before && id > after && reactionsTo(id).length > 0)
          .sort((a, b) => b - a)
        return E.right({ entries: messages.slice(0, limit).flatMap(reactionsTo), more: messages.length > limit })
      },
  }
}
