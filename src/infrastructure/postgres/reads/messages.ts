import type { Pool } from 'pg'
import type { Message } from '../../../domain/chat/message.ts'
import type { ChatId, MessageId } from '../../../domain/identity.ts'
import { batching } from '../database/batching.ts'
import { bigint, type Columns } from '../database/columns.ts'
import { table } from '../database/parameters.ts'
import { MESSAGE, type MessageAddress, messageAddressColumns, messageOf } from '../database/rows.ts'
import { statement } from '../database/statement.ts'
import { BATCHES } from './batches.ts'

interface WantedMessage extends MessageAddress {
  readonly place: number
}
const wantedColumns = { ...messageAddressColumns, place: bigint('place') } satisfies Columns<WantedMessage>

const findMessages = statement(
  'messages',
  { wanted: table<WantedMessage>(wantedColumns) },
  ({ wanted }) => `
    select wanted.place, m.id is not null, ${MESSAGE}
    from ${wanted.rows}
    join chats c on c.id = wanted.chat_id
    left join messages m on m.chat_id = c.id and m.id = wanted.id and m.deleted_at is null`,
  (row) => ({ place: row[0] as number, message: row[1] === 't' ? messageOf(row, 2) : null }),
)

/** Single messages: null when there is no such message, undefined when there is no such chat. */
export const postgresMessages = (pool: Pool) => {
  const find = batching(async (addresses: readonly MessageAddress[]) => {
    const found: (Message | null | undefined)[] = addresses.map(() => undefined)
    const wanted = addresses.map(({ chatId, id }, place) => ({ chatId, id, place }))
    for (const { place, message } of await findMessages(pool, { wanted })) found[place] = message
    return found
  }, BATCHES)
  return (chatId: ChatId, id: MessageId): Promise<Message | null | undefined> => find({ chatId, id })
}
