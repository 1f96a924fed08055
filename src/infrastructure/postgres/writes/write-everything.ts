import type { MessagePosition } from '../../../domain/identity.ts'
import { assignmentsOf, bigint, type Columns, namesOf, without } from '../database/columns.ts'
import { table } from '../database/parameters.ts'
import { entryColumns, type EntryRow, membershipColumns, type MembershipRow } from '../database/rows.ts'
import { shardStatement } from '../database/shard-statement.ts'
import { markingSenders, sendersWhere } from './marking-senders.ts'
import {
  firstOf,
  FURTHER,
  gotTo,
  type KeyedMessage,
  keyedMessageColumns,
  METADATA,
  type Move,
  moveColumns,
  onward,
  ownColumns,
  posting,
  SETTLED,
  STALE,
  surprise,
  SURPRISE,
} from './moving.ts'
import { NOT_USED, unusedWhere, usedOf } from './unused-keys.ts'
import { reactionsWhere, writingReactions } from './writing-reactions.ts'

const changedColumns = without(entryColumns, 'chatId', 'id')

/** A membership that was changed, and where its marker begins if that makes a member of who was none. */
export type ChangedMemberRow = MembershipRow & { readonly readMessageId: MessagePosition }
export const changedMemberColumns = {
  ...membershipColumns,
  readMessageId: bigint('read_message_id'),
} satisfies Columns<ChangedMemberRow>

/**
 * As the statements of sends, for whatever else a group may want: titles, members, refusals, keys, and changes of messages. A refusal rests on the
 * revision, and a chat in which a key that was taken for unused is there, is stale.
 *
 * Who joins has read everything so far; the marker of who is a member stays where it is.
 */
const group = (name: string, isMarking: boolean, isReacting: boolean) =>
  shardStatement(
    name,
    {
      moves: table<Move>(moveColumns),
      sent: table<KeyedMessage>(keyedMessageColumns),
      changed: table<EntryRow>(entryColumns),
      members: table<ChangedMemberRow>(changedMemberColumns),
      unused: unusedWhere(true),
      senders: sendersWhere(isMarking),
      ...reactionsWhere(isReacting),
    },
    { chatOf: firstOf, isReading: false },
    ({ moves, sent, changed, members, unused, senders, ...reactions }, tables) => `
    with ${usedOf(tables, unused)}, moved as (
      update ${tables.chats} c
      set ${assignmentsOf(ownColumns, 'moves')}, ${METADATA},
        ${onward({ updatedAt: 'moves.updated_at', activeAt: 'moves.active_at', sends: 'moves.sends', changes: 'moves.changes' })}
      from ${moves.rows}
      where c.id = moves.id and ${SETTLED} = moves.settled_before
        and c.revision = coalesce(moves.expected, c.revision) and moves.changes > 0
        and ${NOT_USED}
      ${gotTo({ lastMessageId: 'moves.last_message_id', revision: 'moves.revision' })}
    ), posted as (${posting(tables.messages, keyedMessageColumns, sent.rows)}), rewritten as (
      update ${tables.messages} m set ${assignmentsOf(changedColumns, 'changed')}
      from ${changed.rows}
      where m.chat_id = changed.chat_id and m.id = changed.id and changed.chat_id in (select id from moved)
    ), appointed as (
      insert into ${tables.members} as u (${namesOf(changedMemberColumns)})
      select ${namesOf(changedMemberColumns, 'members')} from ${members.rows}
      where members.chat_id in (select id from moved)
      on conflict (chat_id, user_id) do update
      set ${assignmentsOf(without(membershipColumns, 'chatId', 'userId'), 'excluded')},
        read_message_id = case when u.removed_at is null then u.read_message_id else excluded.read_message_id end
    ) ${isMarking ? markingSenders(tables, senders) : ''} ${isReacting ? writingReactions(tables, reactions) : ''}
    ${FURTHER}
    union all
    select ${STALE}
    from unnest(${moves.arrays.id}, ${moves.arrays.expected}, ${moves.arrays.changes}) stale (id, expected, changes)
    left join ${tables.chats} c on c.id = stale.id
    where stale.id not in (select id from moved) and (
      stale.changes > 0 or c.revision is distinct from stale.expected or stale.id in (select chat_id from used)
    )`,
    SURPRISE,
    surprise,
  )

const plain = group('group', false, false)
const marking = group('group-and-markers', true, false)
const reacting = group('group-and-reactions', false, true)
const all = group('group-and-markers-and-reactions', true, true)
export const everything = [plain, marking, reacting, all]

/** The one that says what there is to say, and no more. */
export const writeEverything = (isMarking: boolean, isReacting: boolean) => {
  if (isReacting) return isMarking ? all : reacting
  return isMarking ? marking : plain
}
