import type { ChatId } from '../../../domain/identity.ts'
import { isTombstone } from '../../../domain/chat/message.ts'
import type { Draft } from './draft.ts'
import { type Connection, plain, prepared } from '../database/statement.ts'

/**
 * Everything a group decided, in one statement and so in one transaction: each chat moves if it still has the revision
 * it was decided on, and the messages of those that moved are kept. Returned are the chats on which the group was wrong.
 *
 * `chat_id` leads every predicate and no rows of several chats are locked but by their update, so the tables may be
 * spread by chat. Chats are updated in the order of the arrays, by id, as the planner goes by the index.
 */
const SENDS = `
  with moved as (
    update chats c
    set updated_at = d.updated_at, last_message_id = d.last_message_id, revision = d.revision
    from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[])
      d (id, expected, revision, last_message_id, updated_at)
    where c.id = d.id and c.revision = d.expected
    returning c.id
  ), posted as (
    insert into messages (chat_id, id, revision, created_at, text)
    select p.*
    from unnest($6::bigint[], $7::bigint[], $8::bigint[], $9::timestamptz[], $10::text[])
      p (chat_id, id, revision, created_at, text)
    where p.chat_id in (select id from moved)
  )
  select d.id from unnest($1) d (id) where d.id not in (select id from moved)`

/** The same for a single send, which a lone client waits for: less than half the work for PostgreSQL. */
const ONE_SEND = `
  with moved as (
    update chats set updated_at = $3, last_message_id = $4, revision = $5
    where id = $1 and revision = $2
    returning id
  ), posted as (
    insert into messages (chat_id, id, revision, created_at, text) select id, $4, $5, $3, $6 from moved
  )
  select $1::bigint where not exists (select from moved)`

const ONE_KEYED_SEND = `
  with moved as (
    update chats set updated_at = $3, last_message_id = $4, revision = $5
    where id = $1 and revision = $2
      and not exists (select from messages m where m.chat_id = $1 and m.idempotency_key = $7)
    returning id
  ), posted as (
    insert into messages (chat_id, id, revision, created_at, text, idempotency_key, fingerprint, posted_revision)
    select id, $4, $5, $3, $6, $7, $8, $5 from moved
  )
  select $1::bigint where not exists (select from moved)`

/**
 * The same for whatever else a group may want: titles, refusals, keys, and changes of messages. A refusal rests on the
 * revision, and a chat in which a key that was taken for unused is there, is one on which the group was wrong.
 */
const EVERYTHING = `
  with used as materialized (
    select m.chat_id
    from unnest($13::bigint[], $14::text[]) k (chat_id, idempotency_key)
    join messages m on m.chat_id = k.chat_id and m.idempotency_key = k.idempotency_key
  ), moved as (
    update chats c
    set title = coalesce(d.title, c.title), updated_at = d.updated_at, last_message_id = d.last_message_id,
      revision = d.revision, changed_at_revision = d.changed_at_revision
    from unnest(
      $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::timestamptz[], $11::bigint[], $12::text[]
    ) d (id, expected, revision, last_message_id, updated_at, changed_at_revision, title)
    where c.id = d.id and c.revision = d.expected and d.revision > d.expected
      and d.id not in (select chat_id from used)
    returning c.id
  ), posted as (
    insert into messages (chat_id, id, revision, created_at, text, idempotency_key, fingerprint, posted_revision)
    select p.*, case when p.idempotency_key is not null then p.revision end
    from unnest(
      $6::bigint[], $7::bigint[], $8::bigint[], $9::timestamptz[], $10::text[], $15::text[], $16::text[]
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
  select d.id
  from unnest($1, $2, $3) d (id, expected, revision)
  left join chats c on c.id = d.id
  where d.id not in (select id from moved)
    and (d.revision > d.expected or c.revision is distinct from d.expected or d.id in (select chat_id from used))`

const keepOneSend = prepared<[ChatId]>('one-send', ONE_SEND)
const keepOneKeyedSend = prepared<[ChatId]>('one-keyed-send', ONE_KEYED_SEND)
const keepSends = prepared<[ChatId]>('group-of-sends', SENDS)
const keepEverything = prepared<[ChatId]>('group', EVERYTHING)

const time = (date: Date | null) => (date ? date.toISOString() : 'null')

const sendsOf = (drafts: readonly Draft[], posted: Draft['posted']) => [
  plain(drafts.map(({ chat }) => chat.id)),
  plain(drafts.map(({ before }) => before.revision)),
  plain(drafts.map(({ chat }) => chat.revision)),
  plain(drafts.map(({ chat }) => chat.lastMessageId)),
  plain(drafts.map(({ chat }) => time(chat.updatedAt))),

  plain(posted.map(({ message }) => message.chatId)),
  plain(posted.map(({ message }) => message.id)),
  plain(posted.map(({ message }) => message.revision)),
  plain(posted.map(({ message }) => time(message.createdAt))),
  posted.map(({ message }) => message.text),
]

/** Whether all that became of the chat is messages, and as many keys. */
const isPosted = ({ before, chat, posted, unused, changed }: Draft, keys: number) =>
  posted.length > 0 && chat.revision === before.revision + posted.length && unused.size === keys && changed.size === 0

/** Keeps the drafts that are right, ascending by chat. Returns the chats of the others. */
export const keepAll = async (db: Connection, drafts: readonly Draft[]): Promise<ReadonlySet<ChatId>> => {
  const wrong = await keep(db, drafts)
  return new Set(wrong.map(([id]) => id))
}

const keep = (db: Connection, drafts: readonly Draft[]) => {
  const posted = drafts.flatMap((draft) => draft.posted)
  const [draft, one] = [drafts[0], posted[0]]
  if (draft && one && drafts.length === 1 && posted.length === 1 && isPosted(draft, one.intent ? 1 : 0)) {
    const { id, updatedAt, lastMessageId, revision } = draft.chat
    const values = [id, draft.before.revision, updatedAt.toISOString(), lastMessageId, revision, one.message.text]
    if (!one.intent) return keepOneSend(db, values)
    return keepOneKeyedSend(db, [...values, one.intent.key, one.intent.fingerprint])
  }
  if (drafts.every((each) => isPosted(each, 0))) return keepSends(db, sendsOf(drafts, posted))
  return keepEverything(db, valuesOf(drafts, posted))
}

const valuesOf = (drafts: readonly Draft[], posted: Draft['posted']) => {
  const unused = drafts.flatMap(({ chat, unused }) => [...unused].map((key) => ({ chatId: chat.id, key })))
  const changed = drafts.flatMap((draft) => [...draft.changed])
  return [
    ...sendsOf(drafts, posted),
    plain(drafts.map(({ chat }) => chat.changedAtRevision)),
    drafts.map(({ chat, before }) => (chat.title === before.title ? null : chat.title)),

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
  ]
}
