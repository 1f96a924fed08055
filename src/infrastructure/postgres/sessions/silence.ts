import type { Pool, PoolClient } from 'pg'

/** A connection that can be ended without a word to the other side. */
export interface Droppable {
  readonly drop: () => void
}

/** What the driver says, in words alone, when the other side did not answer. */
const SILENCE =
  /^(Query read timeout|timeout expired|timeout exceeded when trying to connect|Connection terminated due to connection timeout)$/

/** Whether nothing was heard from the server in time; it should have given up on a statement before that. */
export const isSilence = (error: unknown): boolean => error instanceof Error && SILENCE.test(error.message)

/**
 * After one query without an answer the idle connections are taken for dead as well: each of them would cost somebody the
 * same wait. What is under way on others may still be answered.
 */
export const dropIdleAfterSilence = (pool: Pool): void => {
  const idle = new Set<PoolClient>()
  const leaves = (client: PoolClient) => void idle.delete(client)
  pool.on('acquire', leaves).on('remove', leaves)
  pool.on('release', (error: unknown, client) => {
    if (!error) idle.add(client)
    else if (isSilence(error)) for (const one of [...idle]) (one as unknown as Droppable).drop()
  })
}
