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

/**
 * A join, and not two conditions: of chats PostgreSQL takes it that they are small, so it would read all members of a large one and
 * hold each against every user, one by one. Joined, they are looked up by both, or held against all users at once.
 */
export const findMembersAmong = statement(
  'inbox-members-among',
  { chatIds: list<ChatId>('bigint'), userIds: list<UserId>('text') },
  ({ chatIds, userIds }) => `
    select m.chat_id, m.user_id from unnest(${userIds}) asked (user_id)
    join members m on m.user_id = asked.user_id and m.chat_id = any(${chatIds}) and m.removed_at is null`,
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
