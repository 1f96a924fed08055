import type { Pool } from 'pg'
import type { Page } from '../../../application/ports/page.ts'
import type { MessageReaction, OwnReactionSelection, ReactorSelection } from '../../../application/ports/reactions.ts'
import { type Caller, type UserId, userOf } from '../../../domain/caller.ts'
import { MOST_REACTIONS, type Reaction } from '../../../domain/chat/reaction.ts'
import { type ChatId, type MessageId, MessagePosition } from '../../../domain/identity.ts'
import { scalar } from '../database/parameters.ts'
import { statement } from '../database/statement.ts'
import { isSeen, SIGHT, viewedBy } from './seen.ts'

const asked = { chatId: scalar<ChatId>('bigint'), viewer: scalar<UserId | null>('text') }

/** Users who reacted so are one range of the primary key; the chat and the viewer come on every row. */
const findUsers = statement(
  'reactors',
  {
    ...asked,
    messageId: scalar<MessageId>('bigint'),
    reaction: scalar<Reaction>('text'),
    after: scalar<string>('text'),
    limit: scalar<number>('bigint'),
  },
  ({ chatId, viewer, messageId, reaction, after, limit }, { orNobody }) => `
    select r.user_id, m.id is not null, ${SIGHT}
    from chats c ${viewedBy(orNobody(viewer), chatId)}
    left join messages m on m.chat_id = ${chatId} and m.id = ${messageId} and m.deleted_at is null
    left join lateral (
      select user_id from reactions
      where chat_id = ${chatId} and message_id = ${messageId} and reaction = ${reaction} and user_id > ${after}
      order by user_id limit ${limit}
    ) r on m.id is not null
    where c.id = ${chatId}`,
  (row) => row,
)

/** What the user reacted to is one range of an index. */
const findOwn = statement(
  'own-reactions',
  {
    ...asked,
    userId: scalar<UserId>('text'),
    before: scalar<number>('bigint'),
    after: scalar<number>('bigint'),
    limit: scalar<number>('bigint'),
  },
  ({ chatId, viewer, userId, before, after, limit }, { orNobody }) => `
    select r.message_id, r.reaction, ${SIGHT}
    from chats c ${viewedBy(orNobody(viewer), chatId)}
    left join lateral (
      select message_id, reaction from reactions
      where chat_id = ${chatId} and user_id = ${userId} and message_id < ${before} and message_id > ${after}
      order by message_id desc limit ${limit}
    ) r on true
    where c.id = ${chatId}
    order by r.message_id desc, r.reaction`,
  (row) => row,
)

/** Who reacted how, of chats that the caller sees; undefined when there is no such chat for it. */
export const postgresReactionPages = (pool: Pool) => ({
  /** Null when there is no such message. */
  users: async (
    caller: Caller,
    chatId: ChatId,
    messageId: MessageId,
    reaction: Reaction,
    { limit, after = '' as UserId }: ReactorSelection,
  ): Promise<Page<UserId> | null | undefined> => {
    const viewer = userOf(caller)
    const rows = await findUsers(pool, { chatId, viewer, messageId, reaction, after, limit: limit + 1 })
    const [first] = rows
    if (!first || !isSeen(caller, chatId, first, 2)) return undefined
    if (first[1] !== 't') return null
    const found = rows.flatMap(([userId]) => (userId === null ? [] : (userId as UserId)))
    return { entries: found.slice(0, limit), more: found.length > limit }
  },

  ofUser: async (
    caller: Caller,
    chatId: ChatId,
    userId: UserId,
    { limit, before = Number.MAX_SAFE_INTEGER as MessageId, after = MessagePosition.START }: OwnReactionSelection,
  ): Promise<Page<MessageReaction> | undefined> => {
    const viewer = userOf(caller)
    // So many there may be to `limit` messages, and one row of the message beyond says that there is more.
    const rows = await findOwn(pool, { chatId, viewer, userId, before, after, limit: MOST_REACTIONS * limit + 1 })
    const [first] = rows
    if (!first || !isSeen(caller, chatId, first, 2)) return undefined
    const found = rows.flatMap(([messageId, reaction]) =>
      messageId === null ? [] : [{ messageId: messageId as MessageId, reaction: reaction as Reaction }],
    )
    const ids = [...new Set(found.map(({ messageId }) => messageId))]
    const shown = new Set(ids.slice(0, limit))
    return { entries: found.filter(({ messageId }) => shown.has(messageId)), more: ids.length > limit }
  },
})
