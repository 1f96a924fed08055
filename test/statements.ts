import type { Pool, PoolClient } from 'pg'

type Ask = (statement: string | { readonly name?: string; readonly text: string }, ...rest: unknown[]) => unknown

/** What goes through the pool while the work runs, or to a connection taken from it: names of prepared statements, or texts. */
export const statementsOf = async (pool: Pool, work: () => Promise<unknown>): Promise<readonly string[]> => {
  const seen: string[] = []
  const noting =
    (ask: Ask): Ask =>
    (statement, ...rest) => {
      seen.push(typeof statement === 'string' ? statement : (statement.name ?? statement.text))
      return ask(statement, ...rest)
    }
  const taken = (client: PoolClient) => {
    const [query, release] = [client.query, client.release]
    client.query = noting(query.bind(client) as Ask) as never
    client.release = (error) => {
      client.query = query
      client.release = release
      release.call(client, error)
    }
    return client
  }

  const [query, connect] = [pool.query, pool.connect]
  pool.query = noting(query.bind(pool) as Ask) as never
  // With a callback it is the pool itself that asks.
  const connecting = connect.bind(pool) as unknown as (callback?: () => void) => Promise<PoolClient>
  pool.connect = (async (callback?: () => void) =>
    callback ? connecting(callback) : taken(await connecting())) as never
  try {
    await work()
  } finally {
    pool.query = query
    pool.connect = connect
  }
  return seen
}
