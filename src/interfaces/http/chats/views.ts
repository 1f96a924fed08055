import type { MessagePage } from '../../../application/ports/page.ts'
import type { Chat } from '../../../domain/chat/chat.ts'
import type { Revision } from '../../../domain/identity.ts'
import { isFormer, type Member, type Membership } from '../../../domain/chat/member.ts'
import type { Message, Tombstone } from '../../../domain/chat/message.ts'
import type { ShownMember } from '../../../domain/chat/reading.ts'
import type { Order } from '../endpoint/paging.ts'
import { shownTime, type View } from './view.ts'

/** A view that lacks a field of its domain value does not compile; what is not shown is named here. */
export const chatView = ({
  id,
  title,
  createdAt,
  updatedAt,
  lastMessageId,
  visibility,
  metadata,
}: Chat): View<Omit<Chat, 'revision' | 'changedAtRevision' | 'accessRevision' | 'activeAt'>> => ({
  id,
  title,
  created_at: shownTime(createdAt),
  updated_at: shownTime(updatedAt),
  last_message_id: lastMessageId,
  visibility,
  metadata,
})

export const messageView = ({
  id,
  chatId,
  author,
  replyTo,
  text,
  metadata,
  reactions,
  createdAt,
  editedAt,
}: Message): View<Omit<Message, 'revision'>> => ({
  id,
  chat_id: chatId,
  author,
  reply_to: replyTo,
  text,
  metadata,
  reactions,
  created_at: shownTime(createdAt),
  edited_at: shownTime(editedAt),
})

export const tombstoneView = ({
  id,
  chatId,
  author,
  replyTo,
  createdAt,
  editedAt,
  deletedAt,
}: Tombstone): View<Omit<Tombstone, 'revision'>> => ({
  id,
  chat_id: chatId,
  author,
  reply_to: replyTo,
  created_at: shownTime(createdAt),
  edited_at: shownTime(editedAt),
  deleted_at: shownTime(deletedAt),
})

export const memberView = (member: ShownMember): View<Omit<ShownMember, 'revision'>> => ({
  ...currentMemberView(member),
  read_message_id: member.readMessageId,
})

const currentMemberView = ({ chatId, userId, role, joinedAt }: Member): View<Omit<Member, 'revision'>> => ({
  chat_id: chatId,
  user_id: userId,
  role,
  joined_at: shownTime(joinedAt),
})

/** A membership as followers are told of it: who is gone, when, and by whom. */
export const membershipView = (membership: Membership) =>
  isFormer(membership)
    ? {
        ...currentMemberView(membership),
        removed_at: shownTime(membership.removedAt),
        removed_by: membership.removedBy,
      }
    : currentMemberView(membership)

const newestFirst = (entries: readonly Message[]) => JSON.stringify(entries.map(messageView))

/** A page, newest first unless ascending. A page that is shown again, as a store may do, is not written again. */
export const pageJson = ({ entries, form }: MessagePage, order: Order = 'desc'): string =>
  order === 'asc' ? JSON.stringify(entries.map(messageView).reverse()) : form(newestFirst)

/** A chat with its last messages, whose JSON is that of the page. */
export const chatJson = (page: MessagePage): string =>
  `${JSON.stringify(chatView(page.chat)).slice(0, -1)},"messages":${pageJson(page)}}`

/** The strong entity tag (RFC 9110, section 8.8.3) of what the revision made. */
export const entityTag = (revision: Revision) => `"${revision}"`
