import type { Chat } from '../../../domain/chat/chat.ts'
import type { Revision } from '../../../domain/identity.ts'
import type { Message, Tombstone } from '../../../domain/chat/message.ts'
import type { Order } from '../endpoint/paging.ts'

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

const written = new WeakMap<readonly Message[], string>()

/** A page, newest first unless ascending. A page that is shown again, as storage may do, is not written again. */
export const pageJson = (entries: readonly Message[], order: Order = 'desc'): string => {
  if (order === 'asc') return JSON.stringify(entries.map(messageView).reverse())
  const known = written.get(entries)
  if (known !== undefined) return known
  const json = JSON.stringify(entries.map(messageView))
  written.set(entries, json)
  return json
}

/** The strong entity tag (RFC 9110, section 8.8.3) of what the revision made. */
export const entityTag = (revision: Revision) => `"${revision}"`
