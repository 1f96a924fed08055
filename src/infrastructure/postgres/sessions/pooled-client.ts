import { carrying, type StatementQuery } from './carried-settings.ts'
import { ServingClient } from './serving-client.ts'
import { asSelect, type Settings } from './settings.ts'

type Callback = (error: Error | null, result?: unknown) => void

const isStatement = (query: unknown): query is StatementQuery =>
  typeof query === 'object' && query !== null && 'name' in query && 'types' in query

/**
 * A connection to a pooler that gives each transaction to any session of the server: nothing of a session lasts, neither
 * settings nor prepared statements. Each statement carries its settings with it, or is in a transaction that began so.
 */
export const pooledClient = (settings: Settings) => {
  const own = asSelect(settings)
  return class extends ServingClient {
    override readonly carried = settings

    override query(...given: never[]): never {
      const [query, values, callback] = given as unknown as [unknown, unknown, Callback | undefined]
      if (!isStatement(query)) return super.query(query as never, values as never, callback as never) as never
      // Not known yet of a connection that has just come about.
      const status = this.getTransactionStatus()
      if (status === 'T' || status === 'E') {
        const unnamed = { ...query, name: undefined }
        return super.query(unnamed as never, values as never, callback as never) as never
      }
      if (callback) return super.query(carrying(own, query, callback)) as never
      return new Promise((resolve, reject) => {
        super.query(carrying(own, query, (error, result) => (error ? reject(error) : resolve(result))))
      }) as never
    }
  }
}
