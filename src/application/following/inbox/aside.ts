import type { UserId } from '../../../domain/caller.ts'
import type { ChatId } from '../../../domain/identity.ts'
import type { InboxAddress } from '../../ports/inboxes.ts'

/** Looks after which what could not be read is tried again: at first, and at the most. One look a second. */
const WAIT = { LEAST: 8, MOST: 512 }

interface Waiting {
  readonly users: Set<UserId>
  readonly wait: number
  left: number
}

/** Chats of which entries could not be read while those of others could. They are tried alone, and ever more rarely. */
export interface Aside {
  readonly isEmpty: () => boolean
  /** Those of the addresses that are to be read now. The others are remembered until their chat is tried again. */
  readonly without: (addresses: readonly InboxAddress[]) => readonly InboxAddress[]
  /** What is asked for of one chat could not be read. */
  readonly put: (ofChat: readonly InboxAddress[]) => void
  /** A look is over: the chat that is to be tried again, if any, and who waits for it. It is aside no more. */
  readonly next: () => { readonly chatId: ChatId; readonly users: ReadonlySet<UserId> } | undefined
}

export const chatsAside = (): Aside => {
  const waiting = new Map<ChatId, Waiting>()
  /** What each chat waited for before it was tried again, of those that are being tried. */
  const waited = new Map<ChatId, number>()

  return {
    isEmpty: () => waiting.size === 0,
    without: (addresses) =>
      addresses.filter(({ chatId, userId }) => {
        const chat = waiting.get(chatId)
        chat?.users.add(userId)
        return chat === undefined
      }),
    put: (ofChat) => {
      for (const { chatId, userId } of ofChat) {
        const wait = Math.min(2 * (waited.get(chatId) ?? WAIT.LEAST / 2), WAIT.MOST)
        const chat = waiting.get(chatId) ?? { users: new Set<UserId>(), wait, left: wait }
        waiting.set(chatId, chat)
        chat.users.add(userId)
      }
    },
    next: () => {
      waited.clear()
      for (const chat of waiting.values()) chat.left -= 1
      const found = [...waiting].find(([, { left }]) => left <= 0)
      if (!found) return undefined
      const [chatId, { users, wait }] = found
      waiting.delete(chatId)
      waited.set(chatId, wait)
      return { chatId, users }
    },
  }
}
