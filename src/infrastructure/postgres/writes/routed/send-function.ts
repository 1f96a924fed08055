import { createHash } from 'node:crypto'
import { type Columns, namesOf, without } from '../../database/columns.ts'
import { list, row, sparseTable, table } from '../../database/parameters.ts'
import { statement } from '../../database/statement.ts'
import type { KeptKey } from '../../../../domain/intent.ts'
import { memberAddressColumns } from '../../database/rows.ts'
import type { SenderRow } from '../marking-senders.ts'
import {
  type KeyedMessage,
  keyedMessageColumns,
  onward,
  placeColumns,
  SETTLED,
  type SendMove,
  sendMoveColumns,
  surprise,
} from '../moving.ts'

const senderColumns = {
  userId: memberAddressColumns.userId,
  messageId: { name: 'message_id', type: 'bigint' },
} as const
type Sender = Omit<SenderRow, 'chatId'>

const sentColumns = without(keyedMessageColumns, 'chatId')
type Sent = Omit<KeyedMessage, 'chatId'>

const listOf = (columns: object) => Object.entries(columns as Columns<Record<string, string>>)

/** Each message as it was decided, moved as far as its chat was. */
const moved = (value: (name: string) => string): string =>
  listOf(sentColumns)
    .map(([property, { name }]) => {
      if (property === 'id') return `${value(name)} + ids_ahead`
      if (property === 'revision' || property === 'postedRevision') return `${value(name)} + ahead`
      return property === 'createdAt'
        ? `case when ahead = 0 then ${value(name)} else moved.updated_at end`
        : value(name)
    })
    .join(', ')

const parameters = [
  ...listOf(sendMoveColumns).map(([, { name, type }]) => `_${name} ${type}`),
  '_unused text[]',
  ...listOf(senderColumns).map(([, { name, type }]) => `_by_${name} ${type}[]`),
  ...listOf(sentColumns).map(([, { name, type }]) => `_sent_${name} ${type}[]`),
]

const BODY = `
#variable_conflict use_column
declare
  moved record;
  ids_ahead bigint;
  ahead bigint;
  present timestamptz := now();
begin
  if cardinality(_unused) > 0 then
    perform from messages where chat_id = _id and idempotency_key = any(_unused);
    if found then return; end if;
  end if;
  update chats c
  set ${onward({ updatedAt: '_updated_at', activeAt: '_updated_at', sends: '_sends', changes: '_sends' }).replace('now()', 'present')}
  where c.id = _id and ${SETTLED} = _settled_before
  returning ${namesOf(placeColumns, 'c')} into moved;
  if not found then return; end if;
  ids_ahead := moved.last_message_id - _last_message_id;
  ahead := moved.revision - _revision;
  if _sends = 1 then
    insert into messages (chat_id, ${namesOf(sentColumns)}) values (_id, ${moved((name) => `_sent_${name}[1]`)});
  else
    insert into messages (chat_id, ${namesOf(sentColumns)})
    select c.id, ${moved((name) => `sent.${name}`)}
    from chats c, unnest(${listOf(sentColumns)
      .map(([, { name }]) => `_sent_${name}`)
      .join(', ')}) sent (${namesOf(sentColumns)})
    where c.id = _id;
  end if;
  if cardinality(_by_user_id) > 0 then
    update members u set read_message_id = senders.message_id + ids_ahead
    from unnest(_by_user_id, _by_message_id) senders (user_id, message_id)
    where u.chat_id = _id and u.user_id = senders.user_id;
  end if;
  return query select ${namesOf(placeColumns, 'moved')};
end`

const RETURNED = listOf(placeColumns)
  .map(([, { name, type }]) => `${name} ${type}`)
  .join(', ')

const text = (name: string) =>
  `create function ${name}(${parameters.join(', ')}) returns table (${RETURNED}) language plpgsql as $$${BODY}$$`

/** By what it says: servers of two versions have each its own, and one that is there is never made otherwise. */
const NAME = `messenger_send_${createHash('sha256').update(text('')).digest('hex').slice(0, 12)}`

const signature = `${NAME}(${parameters.map((parameter) => parameter.slice(parameter.indexOf(' ') + 1)).join(', ')})`

/**
 * Done on the machine of the chat, of one chat alone: a function that is about several chats ends a worker of Citus. Made by
 * whoever spreads the tables, and by the first server of a version that has another one.
 */
export const SEND_FUNCTION = {
  name: NAME,
  making: [text(NAME), `select create_distributed_function('${signature}', '_id', colocate_with => 'chats')`],
}

/** Moves the chat, as `movingSends` does, and adds what was sent: in one command to its machine. Nothing comes of a stale one. */
export const sendOnTheSpot = statement(
  'send-on-the-spot',
  {
    move: row<SendMove>(sendMoveColumns),
    unused: list<KeptKey>('text'),
    senders: table<Sender>(senderColumns),
    sent: sparseTable<Sent>(sentColumns),
  },
  ({ move, unused, senders, sent }) =>
    `select * from ${NAME}(${[
      ...Object.values(move),
      unused,
      ...Object.values(senders.arrays),
      ...Object.values(sent.arrays),
    ].join(', ')})`,
  (columns) => surprise([undefined, ...columns]).place,
)
