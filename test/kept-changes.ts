import { ANYBODY } from '../src/domain/caller.ts'
import type { Chats } from '../src/application/ports/chats.ts'
import type { ChatId } from '../src/domain/identity.ts'
import { editMessage, eraseMessage, removeChat, renameChat, send } from './changes.ts'
import { aNewChat, later, right, upTo } from './fixtures.ts'

/** The few changes that followers hear of, kept for certain, for suites that are about something else. */
export const changesOf = (chats: Chats) => {
  const sending = async (id: ChatId, text?: string) => void right(await send(chats, id, text))

  return {
    open: async (title?: string): Promise<ChatId> => right(await chats.add(ANYBODY, aNewChat(title))()).done.id,
    send: sending,
    sendMany: async (id: ChatId, count: number) => {
      for (const n of upTo(count)) await sending(id, `message ${n}`)
    },
    edit: async (id: ChatId, number: number, text = 'edited') => void right(await editMessage(chats, id, number, text)),
    erase: async (id: ChatId, number: number) => void right(await eraseMessage(chats, id, number)),
    rename: async (id: ChatId, title = 'renamed') => void right(await renameChat(chats, id, title, later(3000))),
    remove: async (id: ChatId) => void right(await removeChat(chats, id)),
  }
}

export type ChangesOf = ReturnType<typeof changesOf>
