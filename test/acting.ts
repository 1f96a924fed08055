import type { Chats } from '../src/application/ports/chats.ts'
import type { Caller, UserId } from '../src/domain/caller.ts'
import type { NewChat, Visibility } from '../src/domain/chat/chat.ts'
import { change, close } from '../src/domain/chat/chat-decisions.ts'
import type { Role } from '../src/domain/chat/member.ts'
import { appoint, dismiss } from '../src/domain/chat/member-decisions.ts'
import { edit, erase, post } from '../src/domain/chat/message-decisions.ts'
import type { ChatId, MessageId } from '../src/domain/identity.ts'
import { aNewChat, aText, aTitle, NOON } from './fixtures.ts'

/** Changes through the write port as somebody makes them, with what the decisions ask for, as the use cases do. */
export const acting = (chats: Chats) => ({
  open: (caller: Caller, draft: Partial<NewChat> = {}) => chats.add(caller, { ...aNewChat(), ...draft })(),
  send: (caller: Caller, chatId: ChatId, text = 'hello', at = NOON) =>
    chats.decide(caller, { chatId }, post(caller, { text: aText(text) }, at))(),
  edit: (caller: Caller, chatId: ChatId, number: number, text: string, at = NOON) => {
    const messageId = number as MessageId
    return chats.decide(caller, { chatId, messageId }, edit(caller, { messageId, text: aText(text), at }))()
  },
  erase: (caller: Caller, chatId: ChatId, number: number, at = NOON) => {
    const messageId = number as MessageId
    return chats.decide(caller, { chatId, messageId }, erase(caller, { messageId, at }))()
  },
  put: (caller: Caller, chatId: ChatId, userId: UserId, role: Role, at = NOON) =>
    chats.decide(caller, { chatId, target: userId }, appoint(caller, { userId, role, at }))(),
  remove: (caller: Caller, chatId: ChatId, userId: UserId, at = NOON) =>
    chats.decide(caller, { chatId, target: userId }, dismiss(caller, { userId, at }))(),
  show: (caller: Caller, chatId: ChatId, visibility: Visibility, at = NOON) =>
    chats.decide(caller, { chatId }, change(caller, { visibility, at }))(),
  rename: (caller: Caller, chatId: ChatId, title: string, at = NOON) =>
    chats.decide(caller, { chatId }, change(caller, { title: aTitle(title), at }))(),
  close: (caller: Caller, chatId: ChatId) => chats.decide(caller, { chatId }, close(caller, undefined))(),
})

export type Acting = ReturnType<typeof acting>
