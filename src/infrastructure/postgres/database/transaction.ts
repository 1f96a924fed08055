import type { Pool, PoolClient } from 'pg'
import { isSilence } from '../sessions/silence.ts'

/** Commits what the work did, or nothing of it. */
export const inTransaction = async <A>(
  pool: Pool,
  beginning: string,
  work: (client: PoolClient) => Promise<A>,
): Promise<A> => {
  const client = await pool.connect()
  let broken: Error | undefined
  const onError = (error: Error) => (broken = error)
  client.on('error', onError)
  try {
    await client.query(beginning)
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    // Where nobody answers, nobody would answer to that either.
    if (isSilence(error)) broken = error as Error
    else await client.query('rollback').catch(onError)
    throw error
  } finally {
    client.off('error', onError)
    client.release(broken)
  }
}
