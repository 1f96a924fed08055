import type { Pool, PoolClient } from 'pg'

export interface Statement {
  /** Of one that is prepared. */
  readonly name?: string
  readonly text: string
  readonly values?: readonly unknown[]
}
type Ask = (statement: string | Statement, ...rest: unknown[]) => unknown

/** What goes through the pool while the work runs, or to a connection taken from it. */
export const askedOf = async (pool: Pool, work: () => Promise<unknown>): Promise<readonly Statement[]> => {
  const seen: Statement[] = []
  const noting =
    (ask: Ask): Ask =>
    (statement, ...rest) => {
      seen.push(typeof statement === 'string' ? { text: statement } : statement)
      return ask(statement, ...rest)
    }
  const taken = (client: PoolClient) => {
    const release = client.release.bind(client)
    client.query = noting(client.query.bind(client)) as never
    client.release = (error) => {
      Reflect.deleteProperty(client, 'query')
      client.release = release
      release(error)
    }
    return client
  }

  const connect = pool.connect.bind(pool) as unknown as (callback?: () => void) => Promise<PoolClient>
  pool.query = noting(pool.query.bind(pool)) as never
  // With a callback it is the pool itself that asks.
  pool.connect = (async (callback?: () => void) => (callback ? connect(callback) : taken(await connect()))) as never
  try {
    await work()
  } finally {
    Reflect.deleteProperty(pool, 'query')
    Reflect.deleteProperty(pool, 'connect')
  }
  return seen
}

/** The names of the prepared statements among them, and the texts of others. */
export const statementsOf = async (pool: Pool, work: () => Promise<unknown>): Promise<readonly string[]> =>
  (await askedOf(pool, work)).map(({ name, text }) => name ?? text)
