import type { Pool, PoolClient } from 'pg'
import { countFailure } from './load.ts'
import { asLocal, type Settings } from '../sessions/settings.ts'
import { isSilence } from '../sessions/silence.ts'

const BEGIN = 'begin isolation level read committed'

/** Commits what the work did, or nothing of it; made under these settings, beside those of the session. */
export const inTransaction = async <A>(
  pool: Pool,
  settings: Settings,
  work: (client: PoolClient) => Promise<A>,
): Promise<A> => {
  const client = await pool.connect().catch((error: unknown) => {
    countFailure(pool, error)
    throw error
  })
  let broken: Error | undefined
  const onError = (error: Error) => (broken = error)
  client.on('error', onError)
  try {
    const { carried = {} } = client as { readonly carried?: Settings }
    await client.query(`${BEGIN}${asLocal({ ...carried, ...settings })}`)
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
