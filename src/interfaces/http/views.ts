import type { Chat } from '../../domain/chat.ts'
import type { Revision } from '../../domain/identity.ts'
import type { Message, Tombstone } from '../../domain/message.ts'

export const chatView = ({ id, title, createdAt, updatedAt, lastMessageId }: Chat) => ({
  id,
  title,
  created_at: createdAt.toISOString(),
  updated_at: updatedAt.toISOString(),
  last_message_id: lastMessageId,
})

export const messageView = ({ id, chatId, text, createdAt, editedAt }: Message) => ({
  id,
  chat_id: chatId,
  text,
  created_at: createdAt.toISOString(),
  edited_at: editedAt && editedAt.toISOString(),
})

export const tombstoneView = ({ id, chatId, createdAt, editedAt, deletedAt }: Tombstone) => ({
  id,
  chat_id: chatId,
  created_at: createdAt.toISOString(),
  edited_at: editedAt && editedAt.toISOString(),
  deleted_at: deletedAt.toISOString(),
})

/** The strong entity tag (RFC 9110, section 8.8.3) of what the revision made. */
export const entityTag = (revision: Revision) => `"${revision}"`
