import type { MessageId } from '../../../domain/identity.ts'
import type { Columns } from '../database/columns.ts'
import { table } from '../database/parameters.ts'
import { type MemberAddress, memberAddressColumns, messageAddressColumns } from '../database/rows.ts'
import type { Tables } from '../database/shard-statement.ts'

/*
 * Whoever sends has read what it sent: the marker of a member moves in the statement that writes its message, so nobody sees the
 * one without the other. That it is a member, the chat's own row vouches for, as for the send. Strangers and services have no
 * row, and sends of nobody else are written by statements that say nothing of markers.
 *
 * A row of a member is touched once by a statement, by those alone who hold its chat or by a move of that very marker, which
 * waits for nothing else: so nobody waits crosswise.
 */

/** A member that sent messages, and the last of them as it was decided. */
export interface SenderRow extends MemberAddress {
  readonly messageId: MessageId
}
const senderColumns = {
  ...memberAddressColumns,
  messageId: { ...messageAddressColumns.id, name: 'message_id' },
} satisfies Columns<SenderRow>

/** The senders as a parameter; of a statement that says nothing of them, one that takes no place. */
export const sendersWhere = (isMarking: boolean) =>
  table<SenderRow>(isMarking ? senderColumns : ({} as typeof senderColumns))

type Senders = ReturnType<ReturnType<typeof sendersWhere>['text']>

/** Moves the marker of each sender as far as its message was. */
export const markingSenders = ({ members }: Tables, { rows }: Senders): string => `, marked as (
      update ${members} u set read_message_id = senders.message_id + moved.ids_ahead
      from ${rows} join moved on moved.id = senders.chat_id
      where u.chat_id = senders.chat_id and u.user_id = senders.user_id
    )`

/** The same of the only one that sent, and one message. */
export const markingSender = ({ members }: Tables, chat: string, author: string): string => `, marked as (
        update ${members} u set read_message_id = moved.last_message_id
        from moved where u.chat_id = ${chat} and u.user_id = ${author}
      )`
