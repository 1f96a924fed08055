import { type ExportResult, ExportResultCode } from '@opentelemetry/core'
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace'

export interface ExportLog {
  readonly warn: (line: string) => void
  readonly info: (line: string) => void
}

interface WatchedExporter extends SpanExporter {
  /** Whether the last export that ended failed, or one is under way that has not ended in time. */
  readonly isFailing: () => boolean
}

/** Milliseconds that an export takes at the most while all is well. */
const WELL_MS = 1000

/** In the words of the system alone: what a collector answers may be anything. */
const reasonOf = ({ error }: ExportResult): string => {
  const { code, message = 'no reason given' } = (error ?? {}) as { readonly code?: unknown; readonly message?: string }
  const words = message.replaceAll(/\s+/g, ' ').slice(0, 200)
  return typeof code === 'number' ? `the collector answered ${code}` : words
}

/** Says so once when traces cannot be exported, and once when they can be again. */
export const watchedExporter = (exporter: SpanExporter, log: ExportLog): WatchedExporter => {
  let hasFailed = false
  const underWay = new Set<number>()

  const ended = (result: ExportResult) => {
    const failed = result.code !== ExportResultCode.SUCCESS
    if (failed && !hasFailed) log.warn(`traces cannot be exported, and are lost: ${reasonOf(result)}`)
    if (!failed && hasFailed) log.info('traces are exported again')
    hasFailed = failed
  }

  return {
    isFailing: () => hasFailed || [...underWay].some((since) => performance.now() - since > WELL_MS),
    export: (spans: ReadableSpan[], done) => {
      const since = performance.now()
      underWay.add(since)
      exporter.export(spans, (result) => {
        underWay.delete(since)
        ended(result)
        done(result)
      })
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  }
}
