import type { Logger } from 'pino'
import type { Config } from './config.ts'
import { tracesOf } from './config/traces.ts'
import type { StatementTraces } from './infrastructure/postgres/database/statement-traces.ts'
import type { RequestTraces } from './interfaces/http/server/request-traces.ts'

/** Whoever traces what this process does, until it is closed. */
export interface Tracing {
  readonly requests: RequestTraces
  readonly statements: StatementTraces
  /** Exports what was not exported yet, for so many milliseconds at the most. Never rejects. */
  readonly close: (patience: number) => Promise<void>
}

/** Nobody, unless the configuration says where traces go: then alone is loaded what traces. */
export const openTracing = async (config: Config, logger: Logger): Promise<Tracing | undefined> => {
  const traces = tracesOf(config)
  if (!traces) return undefined
  const { openTelemetry } = await import('./infrastructure/opentelemetry/open-telemetry.ts')
  return openTelemetry(traces, { warn: (line) => logger.warn(line), info: (line) => logger.info(line) })
}
