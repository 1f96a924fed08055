import type { Chat } from '../../../domain/chat/chat.ts'
import { assignmentsOf, type Columns, namesOf, without } from '../database/columns.ts'
import { row, table } from '../database/parameters.ts'
import {
  chatColumns,
  entryColumns,
  type EntryRow,
  type KeyAddress,
  keyAddressColumns,
  membershipColumns,
  type MembershipRow,
  newMessageColumns,
  type NewMessageRow,
} from '../database/rows.ts'
import { statement } from '../database/statement.ts'
import {
  FURTHER,
  gotTo,
  loneKeyedMessageColumns,
  type LoneKeyedMessage,
  type LoneMessage,
  loneMessageColumns,
  type LoneMove,
  loneMoveColumns,
  lonePosting,
  type KeyedMessage,
  keyedMessageColumns,
  type Move,
  moveColumns,
  onward,
  ownColumns,
  placeColumns,
  posting,
  type SendMove,
  sendMoveColumns,
  SETTLED,
  STALE,
  surprise,
} from './moving.ts'

const changedColumns = without(entryColumns, 'chatId', 'id')

/*
 * Everything a group decided, in one statement and so in one transaction: each chat moves on, and the messages of those that
 * moved are written. A chat to which messages were sent and nothing else moves from wherever it is, as long as it is itself
 * what it was, and nobody's access to it was changed; any other must still have the revision that it was decided on. Returned is what was not as decided.
 *
 * `chat_id` leads every predicate and no rows of several chats are locked but by their update, so the tables may be
 * spread by chat. Chats are updated in the order of the arrays, by id, as the planner goes by the index.
 */

export const writeSends = statement(
  'group-of-sends',
  { moves: table<SendMove>(sendMoveColumns), sent: table<NewMessageRow>(newMessageColumns) },
  ({ moves, sent }) => `
    with moved as (
      update chats c
      set ${onward({ updatedAt: 'moves.updated_at', sends: 'moves.sends', changes: 'moves.sends' })}
      from ${moves.rows}
      where c.id = moves.id and ${SETTLED} = moves.settled_before
      ${gotTo({ lastMessageId: 'moves.last_message_id', revision: 'moves.revision' })}
    ), posted as (${posting(newMessageColumns, sent.rows)})
    ${FURTHER}
    union all
    select ${STALE} from unnest(${moves.arrays.id}) stale (id) where id not in (select id from moved)`,
  surprise,
)

/**
 * The same for a single send, which a lone client waits for: less than half the work for PostgreSQL. Where `isOnce` says
 * so, only if nothing was sent under its key.
 */
const singleSend = <Said extends LoneMessage>(
  name: string,
  columns: object,
  saidColumns: Columns<Said>,
  isOnce: (chat: string, said: { readonly [Property in keyof Said]: string }) => string = () => '',
) =>
  statement(
    name,
    { move: row<LoneMove>(loneMoveColumns), sent: row<Said>(saidColumns) },
    ({ move, sent }) => `
      with moved as (
        update chats c
        set ${onward({ updatedAt: move.updatedAt, sends: '1', changes: '1' })}
        where c.id = ${move.id} and ${SETTLED} = ${move.settledBefore} ${isOnce(move.id, sent)}
        returning c.id, ${namesOf(placeColumns, 'c')}, c.revision - ${move.revision} as ahead
      ), posted as (${lonePosting(columns, sent)})
      select ${move.id}, ${namesOf(placeColumns, 'moved')}
      from (select) lone left join moved on true where moved.ahead is distinct from 0`,
    surprise,
  )

export const writeSend = singleSend<LoneMessage>('one-send', newMessageColumns, loneMessageColumns)

export const writeKeyedSend = singleSend<LoneKeyedMessage>(
  'one-keyed-send',
  keyedMessageColumns,
  loneKeyedMessageColumns,
  (chat, { idempotencyKey }) =>
    `and not exists (select from messages m where m.chat_id = ${chat} and m.idempotency_key = ${idempotencyKey})`,
)

/**
 * The same for whatever else a group may want: titles, members, refusals, keys, and changes of messages. A refusal rests on the
 * revision, and a chat in which a key that was taken for unused is there, is stale. A key that another server uses in this
 * very moment is not seen, but unique: it undoes the group.
 */
export const writeEverything = statement(
  'group',
  {
    moves: table<Move>(moveColumns),
    sent: table<KeyedMessage>(keyedMessageColumns),
    changed: table<EntryRow>(entryColumns),
    members: table<MembershipRow>(membershipColumns),
    unused: table<KeyAddress>(keyAddressColumns),
  },
  ({ moves, sent, changed, members, unused }) => `
    with used as materialized (
      select m.chat_id
      from ${unused.rows}
      join messages m on m.chat_id = unused.chat_id and m.idempotency_key = unused.idempotency_key
    ), moved as (
      update chats c
      set ${assignmentsOf(ownColumns, 'moves')},
        ${onward({ updatedAt: 'moves.updated_at', sends: 'moves.sends', changes: 'moves.changes' })}
      from ${moves.rows}
      where c.id = moves.id and ${SETTLED} = moves.settled_before
        and c.revision = coalesce(moves.expected, c.revision) and moves.changes > 0
        and moves.id not in (select chat_id from used)
      ${gotTo({ lastMessageId: 'moves.last_message_id', revision: 'moves.revision' })}
    ), posted as (${posting(keyedMessageColumns, sent.rows)}), rewritten as (
      update messages m set ${assignmentsOf(changedColumns, 'changed')}
      from ${changed.rows}
      where m.chat_id = changed.chat_id and m.id = changed.id and changed.chat_id in (select id from moved)
    ), appointed as (
      insert into members (${namesOf(membershipColumns)})
      select ${namesOf(membershipColumns, 'members')} from ${members.rows}
      where members.chat_id in (select id from moved)
      on conflict (chat_id, user_id) do update
      set ${assignmentsOf(without(membershipColumns, 'chatId', 'userId'), 'excluded')}
    )
    ${FURTHER}
    union all
    select ${STALE}
    from unnest(${moves.arrays.id}, ${moves.arrays.expected}, ${moves.arrays.changes}) stale (id, expected, changes)
    left join chats c on c.id = stale.id
    where stale.id not in (select id from moved) and (
      stale.changes > 0 or c.revision is distinct from stale.expected or stale.id in (select chat_id from used)
    )`,
  surprise,
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
