import type { InboxAddress } from '../../../application/ports/inboxes.ts'
import type { UserId } from '../../../domain/caller.ts'
import type { ChatId, MessagePosition, Revision } from '../../../domain/identity.ts'
import { list } from '../database/parameters.ts'
import { statement } from '../database/statement.ts'

export const findHeads = statement(
  'inbox-heads',
  { ids: list<ChatId>('bigint') },
  ({ ids }) => `select id, revision, access_revision from chats where id = any(${ids})`,
  ([id, revision, accessRevision]) =>
    [id as ChatId, { revision: revision as Revision, accessRevision: accessRevision as Revision }] as const,
)

/** Both are keys of one index. Before version 17 PostgreSQL looks each pair of them up. */
export const findMembersAmong = statement(
  'inbox-members-among',
  { chatIds: list<ChatId>('bigint'), userIds: list<UserId>('text') },
  ({ chatIds, userIds }) => `
    select chat_id, user_id from members
    where chat_id = any(${chatIds}) and user_id = any(${userIds}) and removed_at is null`,
  ([chatId, userId]) => ({ chatId, userId }) as InboxAddress,
)

export const findMarkers = statement(
  'inbox-markers',
  { userIds: list<UserId>('text') },
  ({ userIds }) => `
    select chat_id, user_id, read_message_id from members where user_id = any(${userIds}) and removed_at is null`,
  ([chatId, userId, readMessageId]) =>
    ({ chatId, userId, readMessageId }) as InboxAddress & { readonly readMessageId: MessagePosition },
)
