import type { Chat } from '../../domain/chat.ts'
import type { Posting } from '../../application/ports.ts'
import type { ChatId } from '../../domain/identity.ts'
import type { Intent } from '../../domain/intent.ts'
import { isTombstone, type Message, type MessageText, type Tombstone } from '../../domain/message.ts'
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
  const { id, text, createdAt, editedAt = null, deletedAt = null, revision } = row
  // MikroORM hands a foreign key that was mapped to its value on as the driver's text.
  const chatId = Number(row.chatId) as ChatId
  if (deletedAt) return { chatId, id, createdAt, editedAt, deletedAt, revision }
  return { chatId, id, text: text as MessageText, createdAt, editedAt, revision }
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

export const toPosting = ({ chatId, id, createdAt, revision }: Posting): Posting => ({
  chatId,
  id,
  createdAt,
  revision,
})

export const fromIntent = (intent: Intent | undefined, { revision }: Posting) =>
  intent && { idempotencyKey: intent.key, fingerprint: intent.fingerprint, postedRevision: revision }
