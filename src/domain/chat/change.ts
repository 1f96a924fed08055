import type { Chat } from './chat.ts'
import type { ChatId, Revision } from '../identity.ts'
import type { Membership } from './member.ts'
import type { Message, Tombstone } from './message.ts'

/**
 * Something that happened in a chat, told as the state it left. A later change of the same message, of the same member or
 * of the chat itself takes the place of an earlier one.
 */
export type Change =
  | {
      readonly kind: 'message'
      readonly chatId: ChatId
      readonly revision: Revision
      readonly message: Message | Tombstone
    }
  | {
      readonly kind: 'member'
      readonly chatId: ChatId
      readonly revision: Revision
      readonly member: Membership
    }
  | ChatChange

export interface ChatChange {
  readonly kind: 'chat'
  readonly chatId: ChatId
  readonly revision: Revision
  readonly chat: Chat
}

export const messageChanged = (message: Message | Tombstone): Change => ({
  kind: 'message',
  chatId: message.chatId,
  revision: message.revision,
  message,
})

export const memberChanged = (member: Membership): Change => ({
  kind: 'member',
  chatId: member.chatId,
  revision: member.revision,
  member,
})

export const chatChanged = (chat: Chat): ChatChange => ({
  kind: 'chat',
  chatId: chat.id,
  revision: chat.changedAtRevision,
  chat,
})
