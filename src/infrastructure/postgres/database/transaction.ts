import type { Pool, PoolClient } from 'pg'

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
    await client.query('rollback').catch(onError)
    throw error
  } finally {
    client.off('error', onError)
    client.release(broken)
  }
}
