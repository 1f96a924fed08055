import type { MessagePage } from '../../../application/ports/page.ts'
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

const newestFirst = (entries: readonly Message[]) => JSON.stringify(entries.map(messageView))

/** Regret: what a caller that hands over the entries without their page is known by. Goes with the last such caller. */
const written = new WeakMap<readonly Message[], string>()

const writtenOnce = (entries: readonly Message[]): string => {
  const json = written.get(entries) ?? newestFirst(entries)
  written.set(entries, json)
  return json
}

/** A page, newest first unless ascending. A page that is shown again, as a store may do, is not written again. */
export const pageJson = (page: MessagePage | readonly Message[], order: Order = 'desc'): string => {
  const entries = 'form' in page ? page.entries : page
  if (order === 'asc') return JSON.stringify(entries.map(messageView).reverse())
  return 'form' in page ? page.form(newestFirst) : writtenOnce(entries)
}

/** The strong entity tag (RFC 9110, section 8.8.3) of what the revision made. */
export const entityTag = (revision: Revision) => `"${revision}"`
