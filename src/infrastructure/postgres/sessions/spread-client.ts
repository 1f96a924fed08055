import type { ClientConfig } from 'pg'
import type { StatementQuery } from './carried-settings.ts'
import type { ServingClient } from './serving-client.ts'
import type { Settings } from './settings.ts'

type Serving = new (config?: ClientConfig) => ServingClient & { readonly carried: Settings }

/** A connection to a database whose tables are spread over machines: each statement goes in the words that it has for that. */
export const spreadClient = (Client: Serving) =>
  class extends Client {
    override query(...given: never[]): never {
      const [query, ...others] = given as unknown as [StatementQuery, ...never[]]
      const { spread, chat, values } = query
      const asked = chat === undefined ? values : [...values, chat]
      const own = spread === undefined ? query : { ...query, text: spread, values: asked }
      return super.query(own as never, ...(others as [never, never])) as never
    }
  }
