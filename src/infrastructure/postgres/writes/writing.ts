import type { Pool, PoolClient } from 'pg'
import type { ChatId } from '../../../domain/identity.ts'
import type { Parts } from '../database/parts.ts'
import { scalar } from '../database/parameters.ts'
import { statement } from '../database/statement.ts'
import { inTransaction } from '../database/transaction.ts'
import { isSends, type StandingDraft } from './draft-rows.ts'
import type { Place } from './moving.ts'
import { addsRows, writeOnTheSpot, writeRouted } from './routed/write-routed.ts'
import { writeDrafts } from './write-drafts.ts'
import { deleteChat } from './write-statements.ts'

/** The chats that were not where they were decided on, as `writeDrafts` returns them. */
type Surprises = ReadonlyMap<ChatId, Place | undefined>

/** How what was decided is kept. */
export interface Writing {
  readonly together: (pool: Pool, drafts: readonly StandingDraft[]) => Promise<Surprises>
  /** In a transaction that holds the chat. */
  readonly within: (client: PoolClient, draft: StandingDraft) => Promise<Surprises>
  /** The same for one that goes, with all that belongs to it. */
  readonly remove: (client: PoolClient, id: ChatId) => Promise<unknown>
}

const inOnePlace: Writing = {
  together: writeDrafts,
  within: (client, draft) => writeDrafts(client, [draft]),
  remove: (client, id) => deleteChat(client, { chat: { id } }),
}

const deleteKeys = statement(
  'delete-keys-of-chat',
  { id: scalar<ChatId>('bigint') },
  ({ id }) => `delete from chat_keys where chat_id = ${id}`,
)

const inParts: Writing = {
  together: async (pool, drafts) => {
    const [first] = drafts
    if (!first) return new Map()
    if (drafts.length === 1 && isSends(first)) return writeOnTheSpot(pool, first)
    return drafts.some(addsRows)
      ? inTransaction(pool, {}, (client) => writeRouted(client, drafts))
      : writeRouted(pool, drafts)
  },
  within: (client, draft) => writeRouted(client, [draft]),
  remove: async (client, id) => {
    await deleteChat(client, { chat: { id } })
    // No foreign key leads from one machine to another.
    await deleteKeys(client, { id })
  },
}

export const writingTo = (parts: Parts | undefined): Writing => (parts ? inParts : inOnePlace)
