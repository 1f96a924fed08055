import type { Chat } from '../../../domain/chat/chat.ts'
import type { UserId } from '../../../domain/caller.ts'
import { isFormer, type Member, type Membership } from '../../../domain/chat/member.ts'
import { isTombstone, type Message, type Posting, type Said, type Tombstone } from '../../../domain/chat/message.ts'
import { NO_REACTIONS, type OwnReaction } from '../../../domain/chat/reaction.ts'
import { Metadata } from '../../../domain/metadata.ts'
import type { ChatId, Revision } from '../../../domain/identity.ts'
import type { Fingerprint, Intent, KeptKey } from '../../../domain/intent.ts'
import {
  bigint,
  type Columns,
  json,
  jsonReaderOf,
  namesOf,
  readerOf,
  text,
  timestamptz,
  typesOf,
  without,
} from './columns.ts'

/** Every column of a chat. Whatever reads or writes chats goes by this list. */
export const chatColumns = {
  id: bigint('id'),
  title: text('title'),
  createdAt: timestamptz('created_at'),
  updatedAt: timestamptz('updated_at'),
  activeAt: timestamptz('active_at'),
  lastMessageId: bigint('last_message_id'),
  revision: bigint('revision'),
  changedAtRevision: bigint('changed_at_revision'),
  visibility: text('visibility'),
  metadata: json('metadata', Metadata.NONE),
  accessRevision: bigint('access_revision'),
} satisfies Columns<Chat>

/** What a message says, and a tombstone no longer does. */
const saidColumns = {
  text: text('text'),
  metadata: json('metadata', Metadata.NONE),
} satisfies Columns<Said>

/** What stays of a message for good. */
const lastingColumns = {
  chatId: bigint('chat_id'),
  id: bigint('id'),
  author: text('author'),
  replyTo: bigint('reply_to'),
  createdAt: timestamptz('created_at'),
  editedAt: timestamptz('edited_at'),
  revision: bigint('revision'),
} satisfies Columns<Omit<Message, keyof Said | 'reactions'>>

/** Every column of a message that is not deleted. Whatever reads or writes messages goes by this list. */
const messageColumns = {
  ...lastingColumns,
  ...saidColumns,
  reactions: json('reactions', NO_REACTIONS),
} satisfies Columns<Message>

/** A message or its tombstone, as the row says it. */
export type EntryRow = Omit<Tombstone, 'deletedAt'> & { readonly deletedAt: Date | null } & {
  readonly [Name in keyof Said | 'reactions']: Message[Name] | null
}

export const entryColumns = { ...messageColumns, deletedAt: timestamptz('deleted_at') } satisfies Columns<EntryRow>

const nothingSaid = {
  ...Object.fromEntries(Object.keys(saidColumns).map((property) => [property, null])),
  reactions: null,
}

export const entryRow = (entry: Message | Tombstone): EntryRow =>
  isTombstone(entry) ? ({ ...nothingSaid, ...entry } as EntryRow) : { ...entry, deletedAt: null }

export const entryOf = ({ deletedAt, ...entry }: EntryRow): Message | Tombstone => {
  if (deletedAt === null) return entry as Message
  const lasting = Object.entries(entry).filter(([property]) => property in lastingColumns)
  return { ...(Object.fromEntries(lasting) as Omit<Message, keyof Said | 'reactions'>), deletedAt }
}

/** What a new message's row says: it was neither edited nor deleted yet, and nobody reacted. */
export const newMessageColumns = without(messageColumns, 'editedAt', 'reactions')
export type NewMessageRow = Omit<Message, 'editedAt' | 'reactions'>

/** The three of a message that was sent with a key: they outlive edits and the text itself. */
export interface KeyRow {
  readonly idempotencyKey: KeptKey | null
  readonly fingerprint: Fingerprint | null
  readonly postedRevision: Revision | null
}

export const keyColumns = {
  idempotencyKey: text('idempotency_key'),
  fingerprint: text('fingerprint'),
  postedRevision: bigint('posted_revision'),
} satisfies Columns<KeyRow>

/** Which message of which chat, and under which key: what a look-up is asked with. */
export type MessageAddress = Pick<Message, 'chatId' | 'id'>
export const messageAddressColumns = {
  chatId: messageColumns.chatId,
  id: messageColumns.id,
} satisfies Columns<MessageAddress>

/** Who reacted how to which message. */
export const ownReactionColumns = {
  chatId: messageColumns.chatId,
  messageId: { ...messageColumns.id, name: 'message_id' },
  reaction: text('reaction'),
  userId: text('user_id'),
} satisfies Columns<OwnReaction>

export interface KeyAddress {
  readonly chatId: ChatId
  readonly idempotencyKey: KeptKey
}
export const keyAddressColumns = {
  chatId: messageColumns.chatId,
  idempotencyKey: keyColumns.idempotencyKey,
} satisfies Columns<KeyAddress>

/** A message as it was posted, whatever became of it since. */
export const postingColumns = {
  ...messageAddressColumns,
  createdAt: messageColumns.createdAt,
  revision: keyColumns.postedRevision,
} satisfies Columns<Posting>

export const keyRow = ({ revision }: Message, intent: Intent | undefined): KeyRow =>
  intent
    ? { idempotencyKey: intent.keptKey, fingerprint: intent.fingerprint, postedRevision: revision }
    : { idempotencyKey: null, fingerprint: null, postedRevision: null }

/** A membership, or what is left of it, as the row says it. */
export type MembershipRow = Member & { readonly removedAt: Date | null; readonly removedBy: UserId | null }

/** Every column of a member. */
export const memberColumns = {
  chatId: messageColumns.chatId,
  userId: text('user_id'),
  role: text('role'),
  joinedAt: timestamptz('joined_at'),
  revision: bigint('revision'),
} satisfies Columns<Member>

export const membershipColumns = {
  ...memberColumns,
  removedAt: timestamptz('removed_at'),
  removedBy: text('removed_by'),
} satisfies Columns<MembershipRow>

export const membershipRow = (membership: Membership): MembershipRow =>
  isFormer(membership) ? membership : { ...membership, removedAt: null, removedBy: null }

const rowToMembership = ({ removedAt, removedBy, ...member }: MembershipRow): Membership =>
  removedAt === null ? member : { ...member, removedAt, removedBy }

/** Whose membership of which chat: what a look-up is asked with. */
export type MemberAddress = Pick<Member, 'chatId' | 'userId'>
export const memberAddressColumns = {
  chatId: memberColumns.chatId,
  userId: memberColumns.userId,
} satisfies Columns<MemberAddress>

/** Selected of a chat `c`, of a member `u` and of a message `m`. */
export const CHAT = namesOf(chatColumns, 'c')
export const MEMBERSHIP = namesOf(membershipColumns, 'u')
export const MESSAGE = namesOf(messageColumns, 'm')
export const MESSAGE_TYPES = typesOf(messageColumns)
export const MESSAGE_WIDTH = MESSAGE_TYPES.length
export const ENTRY = namesOf(entryColumns, 'm')
export const CHAT_WIDTH = Object.keys(chatColumns).length

export const chatOf = readerOf<Chat>(chatColumns)
const readMembership = readerOf<MembershipRow>(membershipColumns)
export const membershipOf = (row: readonly unknown[], from = 0): Membership =>
  rowToMembership(readMembership(row, from))
export const messageOf = readerOf<Message>(messageColumns)
export const readEntry = readerOf<EntryRow>(entryColumns)
export const chatOfJson = jsonReaderOf<Chat>(chatColumns)
export const messageOfJson = jsonReaderOf<Message>(messageColumns)
