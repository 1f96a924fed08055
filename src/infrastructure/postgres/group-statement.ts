import type { Chat } from '../../domain/chat.ts'
import type { ChatId } from '../../domain/identity.ts'
import { isTombstone } from '../../domain/message.ts'
import { CHAT, type ChatColumns, chatOf } from './columns.ts'
import type { Draft } from './draft.ts'
import { type Connection, plain, prepared } from './prepared.ts'

/**
 * How long a group waits for a chat that somebody else holds before its members go their own ways. Shorter than
 * PostgreSQL takes to look for deadlocks (a second), so that two servers whose groups meet crosswise soon part.
 */
const PATIENCE = '250ms'

const moved = (condition = '') => `
  patience as materialized (
    select set_config('lock_timeout', '${PATIENCE}', true)
  ), moved as (
    update chats c
    set title = coalesce(d.title, c.title), updated_at = d.updated_at, last_message_id = d.last_message_id,
      revision = d.revision, changed_at_revision = d.changed_at_revision
    from patience, unnest(
      $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::timestamptz[], $7::text[]
    ) d (id, expected, revision, last_message_id, changed_at_revision, updated_at, title)
    where c.id = d.id and c.revision = d.expected and d.revision > d.expected ${condition}
    returning c.id
  )`

const wrong = (condition = '') => `
  select d.id, ${CHAT}
  from unnest($1, $2, $3) d (id, expected, revision)
  left join chats c on c.id = d.id
  where d.id not in (select id from moved)
    and (d.revision > d.expected or c.revision is distinct from d.expected ${condition})`

/**
 * Everything a group decided, in one statement and so in one transaction: each chat moves if it still has the revision
 * it was decided on, and the messages of those that moved are kept. Returned are the chats on which the group was
 * wrong, as they are.
 *
 * `chat_id` leads every predicate and no rows of several chats are locked but by their update, so the tables may be
 * spread by chat. Chats are updated in the order of the arrays, by id, wherever the planner goes by the index.
 */
const SENDS = `
  with ${moved()}, posted as (
    insert into messages (chat_id, id, revision, created_at, text)
    select p.*
    from unnest($8::bigint[], $9::bigint[], $10::bigint[], $11::timestamptz[], $12::text[])
      p (chat_id, id, revision, created_at, text)
    where p.chat_id in (select id from moved)
  )
  ${wrong()}`

/**
 * The same with keys, and changes of messages: on a chat in which a key that was taken for unused is there, the group
 * was wrong too. A group of sends without a key pays for none of this.
 */
const EVERYTHING = `
  with used as materialized (
    select m.chat_id
    from unnest($13::bigint[], $14::text[]) k (chat_id, idempotency_key)
    join messages m on m.chat_id = k.chat_id and m.idempotency_key = k.idempotency_key
  ), ${moved('and d.id not in (select chat_id from used)')}, posted as (
    insert into messages (chat_id, id, revision, created_at, text, idempotency_key, fingerprint, posted_revision)
    select p.*, case when p.idempotency_key is not null then p.revision end
    from unnest(
      $8::bigint[], $9::bigint[], $10::bigint[], $11::timestamptz[], $12::text[], $15::text[], $16::text[]
    ) p (chat_id, id, revision, created_at, text, idempotency_key, fingerprint)
    where p.chat_id in (select id from moved)
  ), changed as (
    update messages m
    set revision = e.revision, edited_at = e.edited_at, deleted_at = e.deleted_at, text = e.text
    from unnest(
      $17::bigint[], $18::bigint[], $19::bigint[], $20::timestamptz[], $21::timestamptz[], $22::text[]
    ) e (chat_id, id, revision, edited_at, deleted_at, text)
    where m.chat_id = e.chat_id and m.id = e.id and e.chat_id in (select id from moved)
  )
  ${wrong('or d.id in (select chat_id from used)')}`

const time = (date: Date | null) => (date ? date.toISOString() : 'null')

const valuesOfSends = (drafts: readonly Draft[], posted: Draft['posted']) => [
  plain(drafts.map(({ chat }) => chat.id)),
  plain(drafts.map(({ before }) => before.revision)),
  plain(drafts.map(({ chat }) => chat.revision)),
  plain(drafts.map(({ chat }) => chat.lastMessageId)),
  plain(drafts.map(({ chat }) => chat.changedAtRevision)),
  plain(drafts.map(({ chat }) => time(chat.updatedAt))),
  drafts.map(({ chat, before }) => (chat.title === before.title ? null : chat.title)),

  plain(posted.map(({ message }) => message.chatId)),
  plain(posted.map(({ message }) => message.id)),
  plain(posted.map(({ message }) => message.revision)),
  plain(posted.map(({ message }) => time(message.createdAt))),
  posted.map(({ message }) => message.text),
]

type WrongColumns = [ChatId, ...ChatColumns] | [ChatId, null]

const keepSends = prepared<WrongColumns>('group-of-sends', SENDS)
const keepEverything = prepared<WrongColumns>('group', EVERYTHING)

const keep = (db: Connection, drafts: readonly Draft[]): Promise<WrongColumns[]> => {
  const posted = drafts.flatMap((draft) => draft.posted)
  const unused = drafts.flatMap(({ chat, unused }) => [...unused].map((key) => ({ chatId: chat.id, key })))
  const changed = drafts.flatMap((draft) => [...draft.changed])
  const values = valuesOfSends(drafts, posted)
  if (unused.length === 0 && changed.length === 0) return keepSends(db, values)

  return keepEverything(db, [
    ...values,
    plain(unused.map(({ chatId }) => chatId)),
    unused.map(({ key }) => key),
    posted.map(({ intent }) => intent?.key),
    posted.map(({ intent }) => intent?.fingerprint),

    plain(changed.map(({ chatId }) => chatId)),
    plain(changed.map(({ id }) => id)),
    plain(changed.map(({ revision }) => revision)),
    plain(changed.map(({ editedAt }) => time(editedAt))),
    plain(changed.map((message) => time(isTombstone(message) ? message.deletedAt : null))),
    changed.map((message) => (isTombstone(message) ? null : message.text)),
  ])
}

/** Keeps the drafts that are right, ascending by chat; the others come back as they are, undefined when gone. */
export const keepAll = async (
  db: Connection,
  drafts: readonly Draft[],
): Promise<ReadonlyMap<ChatId, Chat | undefined>> => {
  const wrong = await keep(db, drafts)
  return new Map(wrong.map(([id, ...columns]) => [id, columns[0] === null ? undefined : chatOf(columns)]))
}
