import type { Chat } from '../../domain/chat.ts'
import type { ChatId } from '../../domain/identity.ts'
import { isTombstone, type Message, type Tombstone } from '../../domain/message.ts'
import type { ChatRow, MessageRow } from './schema.ts'

export const toChat = ({
  id,
  title,
  createdAt,
  updatedAt,
  lastMessageId,
  revision,
  changedAtRevision,
}: ChatRow): Chat => ({
  id,
  title,
  createdAt,
  updatedAt,
  lastMessageId,
  revision,
  changedAtRevision,
})

export const toMessage = (row: MessageRow): Message | Tombstone => {
  const { id, text, createdAt, editedAt = null, deletedAt, revision } = row
  // MikroORM hands a foreign key that was mapped to its value on as the driver's text.
  const chatId = Number(row.chatId) as ChatId
  if (text === null || text === undefined) return { chatId, id, createdAt, editedAt, deletedAt: deletedAt!, revision }
  return { chatId, id, text, createdAt, editedAt, revision }
}

export const fromMessage = (message: Message | Tombstone) => ({
  chatId: message.chatId,
  id: message.id,
  text: isTombstone(message) ? null : message.text,
  createdAt: message.createdAt,
  editedAt: message.editedAt,
  deletedAt: isTombstone(message) ? message.deletedAt : null,
  revision: message.revision,
})
