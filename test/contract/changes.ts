import type { Chats } from '../../src/application/ports/chats.ts'
import * as Chat from '../../src/domain/chat/chat.ts'
import type { ChatId } from '../../src/domain/identity.ts'
import { aMessageId, aNewChat, aText, aTitle, later, NOON, right, upTo } from '../fixtures.ts'

/** The few changes that followers hear of, made through the port, for suites that are about something else. */
export const changesOf = (chats: Chats) => {
  const open = async (title?: string): Promise<ChatId> => right(await chats.add(aNewChat(title))()).done.id

  const send = async (id: ChatId, text = 'hello') => void right(await chats.post(id, Chat.post(aText(text), NOON))())

  const sendMany = async (id: ChatId, count: number) => {
    for (const n of upTo(count)) await send(id, `message ${n}`)
  }

  const edit = async (id: ChatId, number: number, text = 'edited') => {
    const edit = Chat.edit({ text: aText(text), at: later(1000) })
    right(await chats.changeMessage(id, aMessageId(number), edit)())
  }

  const erase = async (id: ChatId, number: number) => {
    right(await chats.changeMessage(id, aMessageId(number), Chat.erase({ at: later(2000) }))())
  }

  const rename = async (id: ChatId, title = 'renamed') => {
    right(await chats.change(id, Chat.rename({ title: aTitle(title), at: later(3000) }))())
  }

  const remove = async (id: ChatId) => right(await chats.remove(id, Chat.close(undefined))())

  return { open, send, sendMany, edit, erase, rename, remove }
}

export type ChangesOf = ReturnType<typeof changesOf>
