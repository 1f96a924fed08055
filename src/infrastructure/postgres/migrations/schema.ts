import { defineEntity, type InferEntity, p } from '@mikro-orm/core'
import { UserId } from '../../../domain/caller.ts'
import { type Chat, ChatTitle, VISIBILITIES } from '../../../domain/chat/chat.ts'
import {
  GREATEST,
  type ChatId,
  type KeyId,
  type MessageId,
  type MessagePosition,
  type Revision,
} from '../../../domain/identity.ts'
import type { Fingerprint, KeptKey } from '../../../domain/intent.ts'
import { ROLES } from '../../../domain/chat/member.ts'
import { MessageText } from '../../../domain/chat/message.ts'
import { type OwnReaction, Reaction, type ReactionCounts } from '../../../domain/chat/reaction.ts'
import { Metadata } from '../../../domain/metadata.ts'
import { KeyDigest, KeyName, type KeyPrefix } from '../../../domain/keys/api-key.ts'
import type { ApiKeyRow as ApiKeyColumns } from '../database/key-rows.ts'
import type { EntryRow, KeyRow, MembershipRow } from '../database/rows.ts'

// Checks are written as PostgreSQL prints them back: `migration:check` compares the two as text.
const atMostGreatest = (column: string) => `${column} <= '${GREATEST}'::bigint`
const between = (expression: string, low: number, high: number | string) =>
  `((${expression} >= ${low}) and (${expression} <= ${high}))`

const metadataCheck = `(octet_length((metadata)::text) <= ${Metadata.MOST_BYTES})`

/** Tables as PostgreSQL sees them. Only this service writes them, so columns carry the domain's brands. */
export const ChatRow = defineEntity({
  name: 'ChatRow',
  tableName: 'chats',
  indexes: [{ name: 'chats_public_index', properties: ['id'], where: `"visibility" = 'public'` }],
  checks: [
    { name: 'chats_id_check', expression: `((id >= 1) and (${atMostGreatest('id')}))` },
    { name: 'chats_title_check', expression: between('char_length(title)', 1, ChatTitle.LIMIT) },
    {
      name: 'chats_counters_check',
      expression: `(${between('last_message_id', 0, 'revision')} and ${between('changed_at_revision', 0, 'revision')} and (${atMostGreatest('revision')}))`,
    },
    { name: 'chats_metadata_check', expression: metadataCheck },
    { name: 'chats_access_revision_check', expression: between('access_revision', 0, 'revision') },
  ],
  properties: {
    id: p.bigint('number').$type<ChatId>().primary().generated('by default as identity'),
    title: p.text().$type<ChatTitle>(),
    createdAt: p.datetime(3),
    updatedAt: p.datetime(3),
    activeAt: p.datetime(3).defaultRaw('now()'),
    /** By the clock of the database, when it last changed. */
    touchedAt: p.datetime(3).defaultRaw('now()'),
    lastMessageId: p.bigint('number').$type<MessagePosition>(),
    revision: p.bigint('number').$type<Revision>(),
    changedAtRevision: p.bigint('number').$type<Revision>(),
    visibility: p.enum([...VISIBILITIES]).default('private'),
    /** Null: none. */
    metadata: p.json<Metadata>().columnType('json').nullable(),
    accessRevision: p.bigint('number').$type<Revision>().defaultRaw('0'),
  } satisfies Record<keyof Chat | 'touchedAt', unknown>,
})
export type ChatRow = InferEntity<typeof ChatRow>

export const MessageRow = defineEntity({
  name: 'MessageRow',
  tableName: 'messages',
  uniques: [
    { properties: ['chatId', 'revision'] },
    {
      name: 'messages_chat_id_idempotency_key_unique',
      properties: ['chatId', 'idempotencyKey'],
      where: '"idempotency_key" is not null',
    },
  ],
  indexes: [
    { name: 'messages_deleted_index', properties: ['chatId', 'id'], where: '"deleted_at" is not null' },
    { name: 'messages_replies_index', properties: ['chatId', 'replyTo', 'id'], where: '"reply_to" is not null' },
  ],
  checks: [
    { name: 'messages_id_check', expression: between('id', 1, 'revision') },
    { name: 'messages_reply_to_check', expression: '((reply_to >= 1) and (reply_to < id))' },
    { name: 'messages_metadata_check', expression: metadataCheck },
    {
      name: 'messages_said_check',
      expression: '((deleted_at is null) or ((metadata is null) and (reactions is null)))',
    },
    {
      name: 'messages_text_check',
      expression: `(((text is null) = (deleted_at is not null)) and ${between('char_length(text)', 1, MessageText.LIMIT)})`,
    },
  ],
  properties: {
    chatId: () => p.manyToOne(ChatRow).mapToPk().joinColumn('chat_id').deleteRule('cascade').primary(),
    id: p.bigint('number').$type<MessageId>().primary(),
    author: p.text().$type<UserId>().nullable(),
    /** Not a foreign key: what was answered stays, as what is left of it at least. */
    replyTo: p.bigint('number').$type<MessageId>().nullable(),
    /** Null on a tombstone, as the next two. */
    text: p.text().$type<MessageText>().nullable(),
    /** Null: none. */
    metadata: p.json<Metadata>().columnType('json').nullable(),
    /** How many users reacted how, in the order of first use. Null: nobody. */
    reactions: p.json<ReactionCounts>().columnType('json').nullable(),
    createdAt: p.datetime(3),
    editedAt: p.datetime(3).nullable(),
    deletedAt: p.datetime(3).nullable(),
    revision: p.bigint('number').$type<Revision>(),
    /** The three of a message that was sent with a key: they outlive edits and the text itself. */
    idempotencyKey: p.text().$type<KeptKey>().nullable(),
    fingerprint: p.text().$type<Fingerprint>().nullable(),
    postedRevision: p.bigint('number').$type<Revision>().nullable(),
  } satisfies Record<keyof (EntryRow & KeyRow), unknown>,
})
export type MessageRow = InferEntity<typeof MessageRow>

/** Who reacted how. Their numbers stand in the message. */
export const ReactionRow = defineEntity({
  name: 'ReactionRow',
  tableName: 'reactions',
  indexes: [{ name: 'reactions_user_index', properties: ['chatId', 'userId', 'messageId'] }],
  checks: [
    { name: 'reactions_reaction_check', expression: between('char_length(reaction)', 1, Reaction.LIMIT) },
    { name: 'reactions_user_id_check', expression: between('char_length(user_id)', 1, UserId.LIMIT) },
  ],
  properties: {
    chatId: () => p.manyToOne(ChatRow).mapToPk().joinColumn('chat_id').deleteRule('cascade').primary(),
    messageId: p.bigint('number').$type<MessageId>().primary(),
    reaction: p.text().$type<Reaction>().collation('C').primary(),
    userId: p.text().$type<UserId>().collation('C').primary(),
  } satisfies Record<keyof OwnReaction, unknown>,
})
export type ReactionRow = InferEntity<typeof ReactionRow>

/** Keys under which chats were opened. They are spread by key, so no chat's table has to know every other chat. */
export const ChatKeyRow = defineEntity({
  name: 'ChatKeyRow',
  tableName: 'chat_keys',
  properties: {
    idempotencyKey: p.text().$type<KeptKey>().primary(),
    fingerprint: p.text().$type<Fingerprint>(),
    chatId: () => p.manyToOne(ChatRow).mapToPk().joinColumn('chat_id').deleteRule('cascade').index(),
  },
})
export type ChatKeyRow = InferEntity<typeof ChatKeyRow>

export const MemberRow = defineEntity({
  name: 'MemberRow',
  tableName: 'members',
  indexes: [
    { name: 'members_present_index', properties: ['chatId', 'userId'], where: `"removed_at" is null` },
    { name: 'members_chats_index', properties: ['userId', 'chatId'], where: `"removed_at" is null` },
    { properties: ['chatId', 'revision'] },
    { name: 'members_owners_index', properties: ['chatId'], where: `"role" = 'owner' and "removed_at" is null` },
  ],
  checks: [
    { name: 'members_user_id_check', expression: between('char_length(user_id)', 1, UserId.LIMIT) },
    { name: 'members_read_message_id_check', expression: '(read_message_id >= 0)' },
    { name: 'members_removed_by_check', expression: '((removed_by is null) or (removed_at is not null))' },
  ],
  properties: {
    chatId: () => p.manyToOne(ChatRow).mapToPk().joinColumn('chat_id').deleteRule('cascade').primary(),
    userId: p.text().$type<UserId>().collation('C').primary(),
    role: p.enum([...ROLES]),
    joinedAt: p.datetime(3),
    revision: p.bigint('number').$type<Revision>(),
    removedAt: p.datetime(3).nullable(),
    removedBy: p.text().$type<UserId>().nullable(),
    /** The read marker. It moves without a revision, and no index holds it. */
    readMessageId: p.bigint('number').$type<MessagePosition>().defaultRaw('0'),
    /** By the clock of the database, when the marker was last moved by itself. */
    markedAt: p.datetime(3).defaultRaw('now()'),
  } satisfies Record<keyof MembershipRow | 'readMessageId' | 'markedAt', unknown>,
})
export type MemberRow = InferEntity<typeof MemberRow>

/** Keys of services, without their secrets. */
export const ApiKeyRow = defineEntity({
  name: 'ApiKeyRow',
  tableName: 'api_keys',
  checks: [
    { name: 'api_keys_id_check', expression: `((id >= 1) and (${atMostGreatest('id')}))` },
    { name: 'api_keys_name_check', expression: between('char_length(name)', 1, KeyName.LIMIT) },
    { name: 'api_keys_digest_check', expression: `(char_length(digest) = ${KeyDigest.LENGTH})` },
  ],
  properties: {
    id: p.bigint('number').$type<KeyId>().primary().generated('by default as identity'),
    digest: p.text().$type<KeyDigest>().unique(),
    name: p.text().$type<KeyName>(),
    prefix: p.text().$type<KeyPrefix>(),
    scopes: p.text(),
    /** Null: not limited to some chats. */
    chatIds: p.text().nullable(),
    createdAt: p.datetime(3),
    expiresAt: p.datetime(3).nullable(),
    lastUsedAt: p.datetime(3).nullable(),
  } satisfies Record<keyof ApiKeyColumns, unknown>,
})
export type ApiKeyRow = InferEntity<typeof ApiKeyRow>
