import { table } from '../database/parameters.ts'
import { type KeyAddress, keyAddressColumns } from '../database/rows.ts'
import type { Tables } from '../database/shard-statement.ts'

/*
 * A key is nearly always new, so whether it is, the statement finds out that writes its message. A key that another server uses
 * in this very moment is not seen, but unique: it undoes the group.
 */

/** The keys as a parameter; of a statement that says nothing of keys, one that takes no place. */
export const unusedWhere = (isKeyed: boolean) =>
  table<KeyAddress>(isKeyed ? keyAddressColumns : ({} as typeof keyAddressColumns))

type Unused = ReturnType<ReturnType<typeof unusedWhere>['text']>

/** The chats in which one of the keys is there. */
export const usedOf = ({ messages }: Tables, { rows }: Unused): string => `used as materialized (
      select m.chat_id
      from ${rows}
      join ${messages} m on m.chat_id = unused.chat_id and m.idempotency_key = unused.idempotency_key
    )`

export const NOT_USED = 'moves.id not in (select chat_id from used)'
