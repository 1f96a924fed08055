import type { Chat, ChatTitle } from '../../../domain/chat/chat.ts'
import type { ChatId, MessageId, MessagePosition, Revision } from '../../../domain/identity.ts'
import type { Message, MessageText } from '../../../domain/chat/message.ts'

/** What is read of a chat `c` and of a message `m` that is not deleted, in this order. */
export const CHAT = `c.id, c.title, c.created_at, c.updated_at, c.last_message_id, c.revision, c.changed_at_revision`
export const MESSAGE = `m.id, m.text, m.created_at, m.edited_at, m.revision`

export type ChatColumns = [ChatId, ChatTitle, Date, Date, MessagePosition, Revision, Revision]
export type MessageColumns = [MessageId, MessageText, Date, Date | null, Revision]
export const CHAT_WIDTH = 7

export const chatOf = ([
  id,
  title,
  createdAt,
  updatedAt,
  lastMessageId,
  revision,
  changedAtRevision,
]: ChatColumns): Chat => ({ id, title, createdAt, updatedAt, lastMessageId, revision, changedAtRevision })

export const messageOf = (chatId: ChatId, [id, text, createdAt, editedAt, revision]: MessageColumns): Message => ({
  chatId,
  id,
  text,
  createdAt,
  editedAt,
  revision,
})
