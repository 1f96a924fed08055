import { assignmentsOf, type Columns, namesOf, without } from '../../database/columns.ts'
import { table } from '../../database/parameters.ts'
import { membershipColumns, ownReactionColumns } from '../../database/rows.ts'
import { statement } from '../../database/statement.ts'
import type { OwnReaction } from '../../../../domain/chat/reaction.ts'
import { type KeyedMessage, keyedMessageColumns } from '../moving.ts'
import { changedMemberColumns, type ChangedMemberRow } from '../write-everything.ts'

/**
 * Selected from the chats that the rows belong to, which are in one part: so the whole statement goes to its machine. Rows by
 * themselves would be gathered, planned and sent one by one.
 */
const adding = <A extends { readonly chatId: unknown }>(
  name: string,
  into: string,
  columns: Columns<A>,
  onConflict = '',
) => {
  const { chatId, ...others } = columns
  return statement(
    name,
    { added: table<A>(columns) },
    ({ added }, { among }) => `
      insert into ${into} (${namesOf({ chatId, ...others })})
      select c.id, ${namesOf(others, 'added')}
      from ${added.rows} join chats c on c.id = added.${chatId.name} ${among('c.id', added.arrays.chatId)}
      ${onConflict}`,
  )
}

export const addMessages = adding<KeyedMessage>('add-messages', 'messages', keyedMessageColumns)

export const addMemberships = adding<ChangedMemberRow>(
  'add-memberships',
  'members as u',
  changedMemberColumns,
  `on conflict (chat_id, user_id) do update
   set ${assignmentsOf(without(membershipColumns, 'chatId', 'userId'), 'excluded')},
     read_message_id = case when u.removed_at is null then u.read_message_id else excluded.read_message_id end`,
)

export const addReactions = adding<OwnReaction>(
  'add-reactions',
  'reactions',
  ownReactionColumns,
  'on conflict do nothing',
)
