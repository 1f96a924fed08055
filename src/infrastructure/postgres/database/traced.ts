import type { Client, ClientConfig } from 'pg'
import { Pool } from 'pg'
import { type BatchSettings, batching } from './batching.ts'
import type { StatementTraces } from './statement-traces.ts'

type Query = (...given: unknown[]) => unknown

/** What a statement is called: by its name, or, where it has none (`begin`, `commit`), by its first word. */
const nameOf = (query: unknown): string =>
  typeof query === 'string'
    ? (/^\w+/.exec(query)?.[0] ?? 'statement')
    : String((query as { readonly name?: string }).name)

/** A pool whose statements are traced, the time that they wait for a connection included. */
export class TracedPool extends Pool {
  readonly traces: StatementTraces

  constructor(config: ConstructorParameters<typeof Pool>[0], traces: StatementTraces) {
    super(config)
    this.traces = traces
  }

  override query(...given: never[]): never {
    const query = (super.query as Query).bind(this)
    return this.traces.run(nameOf(given[0]), () => query(...given) as Promise<unknown>) as never
  }
}

/** A connection whose statements are traced when somebody has it alone; those of the pool have been already. */
export const tracedClient = (
  Base: new (config?: ClientConfig) => Client,
  traces: StatementTraces,
): new (config?: ClientConfig) => Client =>
  class extends Base {
    override query(...given: never[]): never {
      const query = (super.query as Query).bind(this)
      // Whoever waits by a callback is the pool, or the driver itself.
      if (given.length > 1) return query(...given) as never
      return traces.run(nameOf(given[0]), () => query(...given) as Promise<unknown>) as never
    }
  }

/** Whoever traces the statements of a pool; nobody as a rule. */
export const tracesOf = (pool: Pool): StatementTraces | undefined =>
  pool instanceof TracedPool ? pool.traces : undefined

/** As `batching`; where statements are traced, each batch is work for all who wait for it. */
export const batchingOn = <Item, Result>(
  pool: Pool,
  work: (items: readonly Item[]) => Promise<readonly Result[]>,
  settings: BatchSettings,
): ((item: Item) => Promise<Result>) => {
  const traces = tracesOf(pool)
  if (!traces) return batching(work, settings)
  const batch = batching<{ readonly item: Item; readonly asker: unknown }, Result>(
    (asked) =>
      traces.together(
        asked.map(({ asker }) => asker),
        () => work(asked.map(({ item }) => item)),
      ),
    settings,
  )
  return (item) => batch({ item, asker: traces.asker() })
}
