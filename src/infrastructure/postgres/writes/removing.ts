import type { PoolClient } from 'pg'
import type { ChatId } from '../../../domain/identity.ts'
import { scalar } from '../database/parameters.ts'
import type { Parts } from '../database/parts.ts'
import { statement } from '../database/statement.ts'
import { deleteChat } from './write-statements.ts'

const deleteKeys = statement(
  'delete-keys-of-chat',
  { id: scalar<ChatId>('bigint') },
  ({ id }) => `delete from chat_keys where chat_id = ${id}`,
)

/** Removes a chat with all that belongs to it, in a transaction that holds it. */
export const removingFrom = (parts: Parts | undefined) => async (client: PoolClient, id: ChatId) => {
  await deleteChat(client, { chat: { id } })
  // No foreign key leads from one machine to another.
  if (parts) await deleteKeys(client, { id })
}

export type Removing = ReturnType<typeof removingFrom>
