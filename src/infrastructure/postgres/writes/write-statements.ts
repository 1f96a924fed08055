import type { Chat } from '../../../domain/chat/chat.ts'
import { type Columns, namesOf } from '../database/columns.ts'
import { row, table } from '../database/parameters.ts'
import { chatColumns, newMessageColumns, type NewMessageRow } from '../database/rows.ts'
import { shardStatement } from '../database/shard-statement.ts'
import { statement } from '../database/statement.ts'
import { markingSender, markingSenders, sendersWhere } from './marking-senders.ts'
import {
  firstOf,
  FURTHER,
  gotTo,
  type KeyedMessage,
  keyedMessageColumns,
  loneKeyedMessageColumns,
  type LoneKeyedMessage,
  type LoneMessage,
  loneMessageColumns,
  type LoneMove,
  loneMoveColumns,
  lonePosting,
  onward,
  placeColumns,
  posting,
  type SendMove,
  sendMoveColumns,
  SETTLED,
  STALE,
  surprise,
  SURPRISE,
} from './moving.ts'
import { NOT_USED, unusedWhere, usedOf } from './unused-keys.ts'

/*
 * Everything a group decided, in one statement and so in one transaction: each chat moves on, and the messages of those that
 * moved are written. A chat to which messages were sent and nothing else moves from wherever it is, as long as it is itself
 * what it was, and nobody's access to it was changed; any other must still have the revision that it was decided on. Returned is what was not as decided.
 *
 * `chat_id` leads every predicate and no rows of several chats are locked but by their update, so the tables may be
 * spread by chat. Chats are updated in the order of the arrays, by id, as the planner goes by the index.
 *
 * Each comes twice: where members sent, their markers go along.
 */

const groupOfSends = <Sent extends NewMessageRow>(
  name: string,
  columns: Columns<Sent>,
  isKeyed: boolean,
  isMarking: boolean,
) =>
  shardStatement(
    name,
    {
      moves: table<SendMove>(sendMoveColumns),
      sent: table<Sent>(columns),
      unused: unusedWhere(isKeyed),
      senders: sendersWhere(isMarking),
    },
    { chatOf: firstOf, isReading: false },
    ({ moves, sent, unused, senders }, tables) => `
      with ${isKeyed ? `${usedOf(tables, unused)}, ` : ''} moved as (
        update ${tables.chats} c
        set ${onward({ updatedAt: 'moves.updated_at', activeAt: 'moves.updated_at', sends: 'moves.sends', changes: 'moves.sends' })}
        from ${moves.rows}
        where c.id = moves.id and ${SETTLED} = moves.settled_before ${isKeyed ? `and ${NOT_USED}` : ''}
        ${gotTo({ lastMessageId: 'moves.last_message_id', revision: 'moves.revision' })}
      ), posted as (${posting(tables.messages, columns, sent.rows)}) ${isMarking ? markingSenders(tables, senders) : ''}
      ${FURTHER}
      union all
      select ${STALE} from unnest(${moves.arrays.id}) stale (id) where id not in (select id from moved)`,
    SURPRISE,
    surprise,
  )

export const writeSends = groupOfSends('group-of-sends', newMessageColumns, false, false)
export const writeMemberSends = groupOfSends('group-of-member-sends', newMessageColumns, false, true)

/** Where some have keys, a chat in which a key that was taken for unused is there, is stale. */
export const writeKeyedSends = groupOfSends<KeyedMessage>('group-of-keyed-sends', keyedMessageColumns, true, false)
export const writeKeyedMemberSends = groupOfSends<KeyedMessage>(
  'group-of-keyed-member-sends',
  keyedMessageColumns,
  true,
  true,
)

/**
 * The same for a single send, which a lone client waits for: less than half the work for PostgreSQL. Where `isOnce` says
 * so, only if nothing was sent under its key.
 */
const singleSend =
  <Said extends LoneMessage>(
    columns: object,
    saidColumns: Columns<Said>,
    isOnce: (messages: string, chat: string, said: { readonly [Property in keyof Said]: string }) => string = () => '',
  ) =>
  (name: string, isMarking: boolean) =>
    shardStatement(
      name,
      { move: row<LoneMove>(loneMoveColumns), sent: row<Said>(saidColumns) },
      { chatOf: ({ move }) => move.id, isReading: false },
      ({ move, sent }, tables) => `
      with moved as (
        update ${tables.chats} c
        set ${onward({ updatedAt: move.updatedAt, activeAt: move.updatedAt, sends: '1', changes: '1' })}
        where c.id = ${move.id} and ${SETTLED} = ${move.settledBefore} ${isOnce(tables.messages, move.id, sent)}
        returning c.id, ${namesOf(placeColumns, 'c')}, c.revision - ${move.revision} as ahead
      ), posted as (${lonePosting(tables.messages, columns, sent)}) ${isMarking ? markingSender(tables, move.id, sent.author) : ''}
      select ${move.id}, ${namesOf(placeColumns, 'moved')}
      from (select) lone left join moved on true where moved.ahead is distinct from 0`,
      SURPRISE,
      surprise,
    )

const plainSend = singleSend<LoneMessage>(newMessageColumns, loneMessageColumns)
export const writeSend = plainSend('one-send', false)
export const writeMemberSend = plainSend('one-member-send', true)

const keyedSend = singleSend<LoneKeyedMessage>(
  keyedMessageColumns,
  loneKeyedMessageColumns,
  (messages, chat, { idempotencyKey }) =>
    `and not exists (select from ${messages} m where m.chat_id = ${chat} and m.idempotency_key = ${idempotencyKey})`,
)
export const writeKeyedSend = keyedSend('one-keyed-send', false)
export const writeKeyedMemberSend = keyedSend('one-keyed-member-send', true)

/** All of them, for who makes them known to machines. */
export const sends = [
  writeSends,
  writeMemberSends,
  writeKeyedSends,
  writeKeyedMemberSends,
  writeSend,
  writeMemberSend,
  writeKeyedSend,
  writeKeyedMemberSend,
]

/** Milliseconds: the messages of a chat go with it, and may be many. */
export const REMOVAL_TIMEOUT_MS = 5000

export const deleteChat = statement(
  'delete-chat',
  { chat: row<Pick<Chat, 'id'>>({ id: chatColumns.id }) },
  ({ chat }) => `delete from chats where id = ${chat.id}`,
  undefined,
  REMOVAL_TIMEOUT_MS + 500,
)
