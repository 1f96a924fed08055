import { assignmentsOf, type Columns, namesOf, without } from '../../database/columns.ts'
import { row, table } from '../../database/parameters.ts'
import { membershipColumns, ownReactionColumns } from '../../database/rows.ts'
import { type Session, statement } from '../../database/statement.ts'
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

const addMany = adding<KeyedMessage>('add-messages', 'messages', keyedMessageColumns)

/** Messages that are written out one after another: up to here that is planned at less cost than what selects them. */
const FEW = 32

const addingFew = (count: number) =>
  statement(
    `add-${count}-messages`,
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`_${index}`, row<KeyedMessage>(keyedMessageColumns)]),
    ),
    (rows) => `
      insert into messages (${namesOf(keyedMessageColumns)})
      values ${Object.values(rows)
        .map((values) => `(${Object.values(values).join(', ')})`)
        .join(', ')}`,
  )
const few = new Map<number, ReturnType<typeof addingFew>>()

export const addMessages = async (session: Session, messages: readonly KeyedMessage[]): Promise<void> => {
  const count = messages.length
  if (count > FEW) {
    await addMany(session, { added: messages })
    return
  }
  const add = few.get(count) ?? addingFew(count)
  few.set(count, add)
  await add(session, Object.fromEntries(messages.map((message, index) => [`_${index}`, message])))
}

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
