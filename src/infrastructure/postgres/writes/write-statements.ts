import type { Chat } from '../../../domain/chat/chat.ts'
import type { ChatId, Revision } from '../../../domain/identity.ts'
import { assignmentsOf, bigint, type Columns, namesOf, settingsOf, without } from '../database/columns.ts'
import { row, table } from '../database/parameters.ts'
import {
  chatColumns,
  entryColumns,
  type EntryRow,
  type KeyAddress,
  keyAddressColumns,
  keyColumns,
  type KeyRow,
  newMessageColumns,
  type NewMessageRow,
} from '../database/rows.ts'
import { statement } from '../database/statement.ts'

/** A chat as it becomes, and the revision that it must still have for that. */
export type Move = Chat & { readonly expected: Revision }
const expected = bigint('expected')
const moveColumns = { ...chatColumns, expected } satisfies Columns<Move>
const movedColumns = without(chatColumns, 'id', 'createdAt')

/** What a send moves of a chat. */
type SendMove = Pick<Move, 'id' | 'expected' | 'updatedAt' | 'lastMessageId' | 'revision'>
const { updatedAt, lastMessageId, revision } = chatColumns
const sendMovedColumns = { updatedAt, lastMessageId, revision }
const sendMoveColumns = { id: chatColumns.id, expected, ...sendMovedColumns } satisfies Columns<SendMove>

type KeyedMessage = NewMessageRow & KeyRow
const keyedMessageColumns = { ...newMessageColumns, ...keyColumns } satisfies Columns<KeyedMessage>

const changedColumns = without(entryColumns, 'chatId', 'id')

const valuesOf = (placeholders: object) => Object.values(placeholders as Record<string, string>).join(', ')
const chatId = ([id]: readonly unknown[]) => id as ChatId

/*
 * Everything a group decided, in one statement and so in one transaction: each chat moves if it still has the revision
 * it was decided on, and the messages of those that moved are written. Returned are the stale chats.
 *
 * `chat_id` leads every predicate and no rows of several chats are locked but by their update, so the tables may be
 * spread by chat. Chats are updated in the order of the arrays, by id, as the planner goes by the index.
 */

export const writeSends = statement(
  'group-of-sends',
  { moves: table<SendMove>(sendMoveColumns), sent: table<NewMessageRow>(newMessageColumns) },
  ({ moves, sent }) => `
    with moved as (
      update chats c set ${assignmentsOf(sendMovedColumns, 'moves')}
      from ${moves.rows}
      where c.id = moves.id and c.revision = moves.expected
      returning c.id
    ), posted as (
      insert into messages (${namesOf(newMessageColumns)})
      select sent.* from ${sent.rows} where sent.chat_id in (select id from moved)
    )
    select id from unnest(${moves.arrays.id}) stale (id) where id not in (select id from moved)`,
  chatId,
)

/**
 * The same for a single send, which a lone client waits for: less than half the work for PostgreSQL. Where `isOnce` says
 * so, only if nothing was sent under its key.
 */
const singleSend = <Sent extends NewMessageRow>(
  name: string,
  columns: Columns<Sent>,
  isOnce: (chat: string, sent: { readonly [Property in keyof Sent]: string }) => string = () => '',
) =>
  statement(
    name,
    { move: row<SendMove>(sendMoveColumns), sent: row<Sent>(columns) },
    ({ move, sent }) => `
      with moved as (
        update chats set ${settingsOf(sendMovedColumns, move)}
        where id = ${move.id} and revision = ${move.expected} ${isOnce(move.id, sent)}
        returning id
      ), posted as (
        insert into messages (${namesOf(columns)}) select ${valuesOf(sent)} from moved
      )
      select ${move.id} where not exists (select from moved)`,
    chatId,
  )

export const writeSend = singleSend<NewMessageRow>('one-send', newMessageColumns)

export const writeKeyedSend = singleSend<KeyedMessage>(
  'one-keyed-send',
  keyedMessageColumns,
  (chat, { idempotencyKey }) =>
    `and not exists (select from messages m where m.chat_id = ${chat} and m.idempotency_key = ${idempotencyKey})`,
)

/**
 * The same for whatever else a group may want: titles, refusals, keys, and changes of messages. A refusal rests on the
 * revision, and a chat in which a key that was taken for unused is there, is stale.
 */
export const writeEverything = statement(
  'group',
  {
    moves: table<Move>(moveColumns),
    sent: table<KeyedMessage>(keyedMessageColumns),
    changed: table<EntryRow>(entryColumns),
    unused: table<KeyAddress>(keyAddressColumns),
  },
  ({ moves, sent, changed, unused }) => `
    with used as materialized (
      select m.chat_id
      from ${unused.rows}
      join messages m on m.chat_id = unused.chat_id and m.idempotency_key = unused.idempotency_key
    ), moved as (
      update chats c set ${assignmentsOf(movedColumns, 'moves')}
      from ${moves.rows}
      where c.id = moves.id and c.revision = moves.expected and moves.revision > moves.expected
        and moves.id not in (select chat_id from used)
      returning c.id
    ), posted as (
      insert into messages (${namesOf(keyedMessageColumns)})
      select sent.* from ${sent.rows} where sent.chat_id in (select id from moved)
    ), rewritten as (
      update messages m set ${assignmentsOf(changedColumns, 'changed')}
      from ${changed.rows}
      where m.chat_id = changed.chat_id and m.id = changed.id and changed.chat_id in (select id from moved)
    )
    select stale.id
    from unnest(${moves.arrays.id}, ${moves.arrays.expected}, ${moves.arrays.revision}) stale (id, expected, revision)
    left join chats c on c.id = stale.id
    where stale.id not in (select id from moved) and (
      stale.revision > stale.expected or c.revision is distinct from stale.expected
      or stale.id in (select chat_id from used)
    )`,
  chatId,
)

/** Milliseconds: the messages of a chat go with it, and may be many. */
export const REMOVAL_TIMEOUT_MS = 5000

export const deleteChat = statement(
  'delete-chat',
  { chat: row<Pick<Chat, 'id'>>({ id: chatColumns.id }) },
  ({ chat }) => `delete from chats where id = ${chat.id}`,
  undefined,
  REMOVAL_TIMEOUT_MS + 500,
)
