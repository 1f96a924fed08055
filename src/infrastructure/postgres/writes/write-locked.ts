import type { Pool, PoolClient } from 'pg'
import type { Chat } from '../../../domain/chat/chat.ts'
import type { ChatId } from '../../../domain/identity.ts'
import { LONG_LOCK_TIMEOUT_MS } from '../database/connection.ts'
import { draftOf } from './draft.ts'
import { keepAll } from './write-statements.ts'
import { addDone, addMessages, lockedChat } from './load-drafts.ts'
import { decideInTurn, type Member, notFound, type Verdict } from './pending-change.ts'

/** Runs the work in a transaction that holds the chat's row: whoever else changes the chat waits. */
export const withLocked = async <A>(
  pool: Pool,
  id: ChatId,
  work: (client: PoolClient, chat: Chat | undefined) => Promise<A>,
): Promise<A> => {
  const client = await pool.connect()
  let broken: Error | undefined
  const onError = (error: Error) => (broken = error)
  client.on('error', onError)
  try {
    await client.query(`begin; set local lock_timeout = ${LONG_LOCK_TIMEOUT_MS}`)
    const result = await work(client, await lockedChat(client, id))
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(onError)
    throw error
  } finally {
    client.off('error', onError)
    client.release(broken)
  }
}

/** Decides and keeps what members of one chat want on its locked row, where no guess can be wrong. */
export const keepLocked = (pool: Pool, id: ChatId, members: readonly Member[]): Promise<Verdict> =>
  withLocked(pool, id, async (client, chat) => {
    if (!chat) return notFound(id, members)
    const draft = draftOf(chat)
    const drafts = new Map([[id, draft]])
    await addMessages(client, drafts, members)
    await addDone(client, drafts, members)
    const verdict = decideInTurn(draft, members)
    const wrong = await keepAll(client, [draft])
    if (wrong.size > 0) throw new Error(`chat ${id} changed under its lock`)
    return verdict
  })
