import { assignmentsOf, type Columns, namesOf, without } from '../../database/columns.ts'
import { table } from '../../database/parameters.ts'
import { entryColumns, type EntryRow } from '../../database/rows.ts'
import { statement } from '../../database/statement.ts'
import { markingSenders, sendersWhere } from '../marking-senders.ts'
import {
  gotTo,
  METADATA,
  type Move,
  moveColumns,
  onward,
  ownColumns,
  placeColumns,
  type SendMove,
  sendMoveColumns,
  SETTLED,
  STALE,
  surprise,
} from '../moving.ts'
import { NOT_USED, unusedWhere, usedOf } from '../unused-keys.ts'
import { changing, changingWhere } from '../writing-reactions.ts'

/*
 * What the statements of `write-statements.ts` and `write-everything.ts` do, but for the rows that they add: in one shard
 * everything of that is done by one statement on its machine, where Citus would take each insert beside an update apart and to
 * itself. So the rows are added by the next statement of the transaction (`add-rows.ts`), to the place that is returned here for
 * each chat that moved; for a stale one, none.
 */

const MOVED = `select id, ${namesOf(placeColumns)} from moved`

const sends = (name: string, isKeyed: boolean, isMarking: boolean) =>
  statement(
    name,
    { moves: table<SendMove>(sendMoveColumns), unused: unusedWhere(isKeyed), senders: sendersWhere(isMarking) },
    ({ moves, unused, senders }, { among }) => {
      // Not among those of the other tables: a table of which no row can be meant would have no shard to go to.
      const inPart = (column: string) => among(column, moves.arrays.id)
      return `
      with ${isKeyed ? `${usedOf(unused, inPart)}, ` : ''} moved as (
        update chats c
        set ${onward({ updatedAt: 'moves.updated_at', activeAt: 'moves.updated_at', sends: 'moves.sends', changes: 'moves.sends' })}
        from ${moves.rows}
        where c.id = moves.id and ${SETTLED} = moves.settled_before ${isKeyed ? `and ${NOT_USED}` : ''}
          ${inPart('c.id')}
        ${gotTo({ lastMessageId: 'moves.last_message_id', revision: 'moves.revision' })}
      ) ${isMarking ? markingSenders(senders, inPart) : ''}
      ${MOVED}
      union all
      select ${STALE} from unnest(${moves.arrays.id}) stale (id) where id not in (select id from moved)`
    },
    surprise,
  )

/**
 * Of services and strangers, who have no markers, and without keys: what did not move is not returned. Citus plans it, and a
 * machine does it, at half the cost of the others.
 */
export const moveSends = statement(
  'move-sends',
  { moves: table<SendMove>(sendMoveColumns) },
  ({ moves }, { among }) => `
    update chats c
    set ${onward({ updatedAt: 'moves.updated_at', activeAt: 'moves.updated_at', sends: 'moves.sends', changes: 'moves.sends' })}
    from ${moves.rows}
    where c.id = moves.id and ${SETTLED} = moves.settled_before ${among('c.id', moves.arrays.id)}
    returning c.id, ${namesOf(placeColumns, 'c')}`,
  surprise,
)

const moveMemberSends = sends('move-member-sends', false, true)
const moveKeyedSends = sends('move-keyed-sends', true, false)
const moveKeyedMemberSends = sends('move-keyed-member-sends', true, true)

/** Where all that became of the chats is messages sent. */
export const movingSends = (isKeyed: boolean, isMarking: boolean) => {
  if (isKeyed) return isMarking ? moveKeyedMemberSends : moveKeyedSends
  return moveMemberSends
}

const changedColumns: Columns<Omit<EntryRow, 'chatId' | 'id'>> = without(entryColumns, 'chatId', 'id')

/** Whatever else became of them. */
export const moveEverything = statement(
  'move-everything',
  {
    moves: table<Move>(moveColumns),
    changed: table<EntryRow>(entryColumns),
    unused: unusedWhere(true),
    senders: sendersWhere(true),
    ...changingWhere,
  },
  ({ moves, changed, unused, senders, ...reactions }, { among }) => {
    const inPart = (column: string) => among(column, moves.arrays.id)
    return `
    with ${usedOf(unused, inPart)}, moved as (
      update chats c
      set ${assignmentsOf(ownColumns, 'moves')}, ${METADATA},
        ${onward({ updatedAt: 'moves.updated_at', activeAt: 'moves.active_at', sends: 'moves.sends', changes: 'moves.changes' })}
      from ${moves.rows}
      where c.id = moves.id and ${SETTLED} = moves.settled_before
        and c.revision = coalesce(moves.expected, c.revision) and moves.changes > 0
        and ${NOT_USED} ${inPart('c.id')}
      ${gotTo({ lastMessageId: 'moves.last_message_id', revision: 'moves.revision' })}
    ), rewritten as (
      update messages m set ${assignmentsOf(changedColumns, 'changed')}
      from ${changed.rows}
      where m.chat_id = changed.chat_id and m.id = changed.id and changed.chat_id in (select id from moved)
        ${inPart('m.chat_id')}
    ) ${markingSenders(senders, inPart)} ${changing(reactions, inPart)}
    ${MOVED}
    union all
    select ${STALE}
    from unnest(${moves.arrays.id}, ${moves.arrays.expected}, ${moves.arrays.changes}) stale (id, expected, changes)
    left join chats c on c.id = stale.id ${inPart('c.id')}
    where stale.id not in (select id from moved) and (
      stale.changes > 0 or c.revision is distinct from stale.expected or stale.id in (select chat_id from used)
    )`
  },
  surprise,
)
