import type { Chat } from '../../../domain/chat/chat.ts'
import type { ChatId, Revision } from '../../../domain/identity.ts'
import { bigint, type Columns, namesOf, readerOf, typesOf, without } from '../database/columns.ts'
import { chatColumns, keyColumns, type KeyRow, newMessageColumns, type NewMessageRow } from '../database/rows.ts'

/** What sends rest on: that nothing of the chat was changed but its messages. Either moves to the newest revision there is. */
export const SETTLED = 'greatest(c.changed_at_revision, c.access_revision)'
export const settledAt = ({ changedAtRevision, accessRevision }: Chat): Revision =>
  changedAtRevision > accessRevision ? changedAtRevision : accessRevision

/** A chat that moves on, as it was decided. */
export interface Move extends Omit<Chat, 'createdAt'> {
  /** How many revisions it takes, and how many of them are messages sent. */
  readonly changes: number
  readonly sends: number
  /** The revision that last changed the chat itself or anybody's access, as it was decided on: it must still be that. */
  readonly settledBefore: Revision
  /** The revision of all, which it must still have; null where only messages were sent, to wherever it has moved on. */
  readonly expected: Revision | null
}

const becomingColumns = without(chatColumns, 'createdAt')
const settledBefore = bigint('settled_before')
export const moveColumns = {
  ...becomingColumns,
  changes: bigint('changes'),
  sends: bigint('sends'),
  settledBefore,
  expected: bigint('expected'),
} satisfies Columns<Move>

/** What a change sets as it was decided, whereas counters and clock move on. */
export const ownColumns = without(
  becomingColumns,
  'id',
  'updatedAt',
  'activeAt',
  'lastMessageId',
  'revision',
  'metadata',
)

/** Metadata may be large, and is sent and written where the chat itself was changed alone. */
export const METADATA = `metadata = case
  when moves.changed_at_revision = c.changed_at_revision then c.metadata else moves.metadata
end`

export type KeyedMessage = NewMessageRow & KeyRow
export const keyedMessageColumns = { ...newMessageColumns, ...keyColumns } satisfies Columns<KeyedMessage>

/** The first chat that moves, as all of them are in one shard. */
export const firstOf = ({ moves: [first] }: { readonly moves: readonly Pick<Move, 'id'>[] }) =>
  first?.id ?? (0 as ChatId)

/** Where a chat was found to be once it was moved. */
export type Place = Pick<Chat, 'updatedAt' | 'lastMessageId' | 'revision'>
export const placeColumns = {
  updatedAt: chatColumns.updatedAt,
  lastMessageId: chatColumns.lastMessageId,
  revision: chatColumns.revision,
} satisfies Columns<Place>
const placeOf = readerOf<Place>(placeColumns)

/** What sends move of a chat. */
export type SendMove = Place & Pick<Move, 'id' | 'sends' | 'settledBefore'>
export const sendMoveColumns = {
  id: chatColumns.id,
  ...placeColumns,
  sends: moveColumns.sends,
  settledBefore,
} satisfies Columns<SendMove>

/** A chat that was not where it was decided on: it moved further, or, where no place is given, it was stale and did not move. */
interface Surprise {
  readonly id: ChatId
  readonly place: Place | undefined
}
export const SURPRISE = typesOf({ id: chatColumns.id, ...placeColumns })
export const surprise = (row: readonly unknown[]): Surprise => ({
  id: row[0] as ChatId,
  place: row[1] === null ? undefined : placeOf(row, 1),
})

interface Step {
  readonly updatedAt: string
  readonly activeAt: string
  readonly sends: string
  readonly changes: string
}

/**
 * Counters move on from where they are; the clock of a chat never runs backwards. What it was last active at is when its last
 * message was sent, wherever the chat had moved on: where only messages are sent, all of them have the chat's clock then.
 */
export const onward = (by: Step) =>
  `updated_at = greatest(c.updated_at, ${by.updatedAt}), last_message_id = c.last_message_id + ${by.sends},
   active_at = case when ${by.sends} > 0 then greatest(c.updated_at, ${by.activeAt}) else c.active_at end,
   revision = c.revision + ${by.changes}, touched_at = now()`

/** How far a chat got, and by how much more than was decided. */
export const gotTo = (decided: { readonly lastMessageId: string; readonly revision: string }) =>
  `returning c.id, ${namesOf(placeColumns, 'c')},
     c.last_message_id - ${decided.lastMessageId} as ids_ahead, c.revision - ${decided.revision} as ahead`

/** When a message was sent: as decided, where its chat was where it was decided on, and else by the chat's clock. */
const sentAt = (decided: string) => `case when moved.ahead = 0 then ${decided} else moved.updated_at end`

/** A message as it was decided, moved as far as its chat was. */
const ahead: Readonly<Record<string, string>> = {
  id: 'sent.id + moved.ids_ahead',
  revision: 'sent.revision + moved.ahead',
  postedRevision: 'sent.posted_revision + moved.ahead',
  createdAt: sentAt('sent.created_at'),
}
export const posting = (messages: string, columns: object, sent: string) => `
  insert into ${messages} (${namesOf(columns)})
  select ${Object.entries(columns as Columns<KeyedMessage>)
    .map(([property, { name }]) => ahead[property] ?? `sent.${name}`)
    .join(', ')}
  from ${sent} join moved on moved.id = sent.chat_id`

/** What a single send moves, and says: its numbers are those of its chat. */
export type LoneMove = Pick<Move, 'id' | 'updatedAt' | 'revision' | 'settledBefore'>
export const loneMoveColumns = {
  id: chatColumns.id,
  updatedAt: chatColumns.updatedAt,
  revision: chatColumns.revision,
  settledBefore,
} satisfies Columns<LoneMove>

export type LoneMessage = Omit<NewMessageRow, 'chatId' | 'id' | 'revision'>
export const loneMessageColumns = without(newMessageColumns, 'chatId', 'id', 'revision')
export type LoneKeyedMessage = LoneMessage & Omit<KeyRow, 'postedRevision'>
export const loneKeyedMessageColumns = { ...loneMessageColumns, ...without(keyColumns, 'postedRevision') }

/** The columns of a message, each from its chat or as it was given. */
export const lonePosting = (messages: string, columns: object, given: object) => {
  const said = given as Readonly<Record<string, string>>
  const counted: Readonly<Record<string, string>> = {
    chatId: 'moved.id',
    id: 'moved.last_message_id',
    revision: 'moved.revision',
    postedRevision: 'moved.revision',
    createdAt: sentAt(said['createdAt'] ?? ''),
  }
  const values = Object.keys(columns).map((property) => counted[property] ?? said[property])
  return `insert into ${messages} (${namesOf(columns)}) select ${values.join(', ')} from moved`
}

export const FURTHER = `select id, ${namesOf(placeColumns)} from moved where ahead <> 0`
export const STALE = ['stale.id', ...Object.keys(placeColumns).map(() => 'null')].join(', ')
