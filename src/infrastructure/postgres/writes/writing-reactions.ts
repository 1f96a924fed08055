import type { OwnReaction, ReactionCounts } from '../../../domain/chat/reaction.ts'
import type { Revision } from '../../../domain/identity.ts'
import { type Columns, namesOf } from '../database/columns.ts'
import { table } from '../database/parameters.ts'
import { entryColumns, type MessageAddress, messageAddressColumns, ownReactionColumns } from '../database/rows.ts'
import type { Tables } from '../database/shard-statement.ts'
import type { Draft } from './draft.ts'

/*
 * A reaction moves the message it is to: its counts and its revision, and never what it says, which stays where it is. Statements
 * of groups without reactions say nothing of them.
 */

/** A message of which its reactions alone were changed. */
export interface CountedRow extends MessageAddress {
  readonly reactions: ReactionCounts
  readonly revision: Revision
}
const countedColumns = {
  ...messageAddressColumns,
  reactions: entryColumns.reactions,
  revision: entryColumns.revision,
} satisfies Columns<CountedRow>

const where = <A>(isSaid: boolean, columns: Columns<A>) => table<A>(isSaid ? columns : ({} as Columns<A>))

/** The parameters; of a statement that says nothing of reactions, some that take no place. */
export const reactionsWhere = (isReacting: boolean) => ({
  counted: where<CountedRow>(isReacting, countedColumns),
  added: where<OwnReaction>(isReacting, ownReactionColumns),
  withdrawn: where<OwnReaction>(isReacting, ownReactionColumns),
  erased: where<MessageAddress>(isReacting, messageAddressColumns),
})

type Texts = { readonly [Name in keyof ReturnType<typeof reactionsWhere>]: { readonly rows: string } }

const isMoved = (table: string) => `${table}.chat_id in (select id from moved)`
const isSame = Object.values(ownReactionColumns)
  .map(({ name }) => `r.${name} = withdrawn.${name}`)
  .join(' and ')

export const writingReactions = (
  { messages, reactions }: Tables,
  { counted, added, withdrawn, erased }: Texts,
): string => `, counting as (
      update ${messages} m set reactions = counted.reactions, revision = counted.revision
      from ${counted.rows} where m.chat_id = counted.chat_id and m.id = counted.id and ${isMoved('counted')}
    ), reacting as (
      insert into ${reactions} (${namesOf(ownReactionColumns)})
      select ${namesOf(ownReactionColumns, 'added')} from ${added.rows} where ${isMoved('added')}
      on conflict do nothing
    ), withdrawing as (
      delete from ${reactions} r using ${withdrawn.rows} where ${isSame} and ${isMoved('withdrawn')}
    ), erasing as (
      delete from ${reactions} r using ${erased.rows}
      where r.chat_id = erased.chat_id and r.message_id = erased.id and ${isMoved('erased')}
    )`

/** What the drafts say of reactions. */
export const reactionsIn = (drafts: readonly Draft[]) => {
  const changed = drafts.flatMap(({ reactions }) => [...reactions.changed.values()])
  return {
    counted: drafts.flatMap(({ reactions }) => [...reactions.counted.values()]),
    added: changed.filter(({ isThere }) => isThere),
    withdrawn: changed.filter(({ isThere }) => !isThere),
    erased: drafts.flatMap(({ before, reactions }) =>
      Array.from(reactions.erased, (id) => ({ chatId: before.id, id })),
    ),
  }
}

export const hasReactions = ({ reactions: { changed, counted, erased } }: Draft): boolean =>
  changed.size > 0 || counted.size > 0 || erased.size > 0
