import type { UserId } from '../../../domain/caller.ts'
import type { ChatId } from '../../../domain/identity.ts'

/** What the next round is to read. */
export interface Due {
  /** Chats in which something may have happened, for all users here that are in them. */
  readonly chats: Set<ChatId>
  /** Entries of single users. */
  readonly entries: Map<ChatId, Set<UserId>>
  /** Whether any of the chats may have changed unheard. */
  look: boolean
  /** Whether any marker or membership may have, too. */
  sweep: boolean
}

export interface DueReadings {
  readonly chat: (chatId: ChatId) => void
  readonly entry: (chatId: ChatId, userId: UserId) => void
  readonly look: () => void
  readonly sweep: () => void
  /** Everything that is due, which is so no more. */
  readonly take: () => Due
  /** It is due again. */
  readonly putBack: (due: Due) => void
}

const nothing = (): Due => ({ chats: new Set(), entries: new Map(), look: false, sweep: false })

export const addEntry = ({ entries }: Due, chatId: ChatId, userId: UserId): void => {
  const users = entries.get(chatId)
  if (users) users.add(userId)
  else entries.set(chatId, new Set([userId]))
}

/** Asks for a round whenever something becomes due. What is put back waits for whoever asks next: it failed just now. */
export const dueReadings = (ask: () => void): DueReadings => {
  let due = nothing()
  const then = <Given extends readonly unknown[]>(remember: (...given: Given) => void) => {
    return (...given: Given) => {
      remember(...given)
      ask()
    }
  }

  return {
    chat: then((chatId) => due.chats.add(chatId)),
    entry: then((chatId, userId) => addEntry(due, chatId, userId)),
    look: then(() => (due.look = true)),
    sweep: then(() => (due.look = due.sweep = true)),
    take: () => {
      const taken = due
      due = nothing()
      return taken
    },
    putBack: ({ chats, entries, look, sweep }) => {
      for (const chatId of chats) due.chats.add(chatId)
      for (const [chatId, userIds] of entries) for (const userId of userIds) addEntry(due, chatId, userId)
      due.look ||= look
      due.sweep ||= sweep
    },
  }
}
