import { AsyncLocalStorage } from 'node:async_hooks'
import { setTimeout as delay } from 'node:timers/promises'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import {
  detectResources,
  resourceAttributesEnvDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
  serviceNameEnvDetector,
} from '@opentelemetry/resources'
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { type Asker, requestSpans } from './request-spans.ts'
import type { SamplerName } from './sampler-names.ts'
import { statementSpans } from './statement-spans.ts'
import { type ExportLog, watchedExporter } from './watched-exporter.ts'

export interface TracesSettings {
  /** Of the collector, its path included. */
  readonly url: string
  readonly sampler: SamplerName
  /** From 0 to 1, for the samplers that go by it. */
  readonly ratio: number
}

/** Milliseconds that a stop waits at the most for what was not exported yet. */
const LAST_EXPORT_MS = 1000

const NAME = 'messenger-api'

const samplerOf = ({ sampler, ratio }: TracesSettings): Sampler => {
  const root = sampler.endsWith('ratio')
    ? new TraceIdRatioBasedSampler(ratio)
    : sampler.endsWith('on')
      ? new AlwaysOnSampler()
      : new AlwaysOffSampler()
  return sampler.startsWith('parentbased') ? new ParentBasedSampler({ root }) : root
}

/** `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` go before our own words. */
const resource = () =>
  resourceFromAttributes({ 'service.name': NAME, 'process.pid': process.pid }).merge(
    detectResources({
      detectors: [serviceInstanceIdDetector, resourceAttributesEnvDetector, serviceNameEnvDetector],
    }),
  )

/**
 * The official SDK, to which requests and statements are told. What was ended waits to be exported in the background, 2048
 * spans at the most; what comes beyond that is dropped. Headers, time limit and certificates of the exporter are read from the
 * environment by the exporter.
 */
export const openTelemetry = (settings: TracesSettings, log: ExportLog) => {
  const exporter = watchedExporter(new OTLPTraceExporter({ url: settings.url }), log)
  const processor = new BatchSpanProcessor({ exporter })
  const common = { resource: resource(), spanProcessors: [processor] }
  const single = new TracerProvider({ ...common, sampler: samplerOf(settings) }).getTracer(NAME)
  // What several asked for is begun only when one of them is traced, which has been decided.
  const shared = new TracerProvider({ ...common, sampler: new AlwaysOnSampler() }).getTracer(NAME)
  const asking = new AsyncLocalStorage<readonly Asker[]>()

  return {
    requests: requestSpans(single, asking),
    statements: statementSpans({ single, shared }, asking),
    close: async (patience: number): Promise<void> => {
      if (exporter.isFailing()) return
      const flushed = processor.forceFlush().catch(() => {})
      await Promise.race([flushed, delay(Math.min(patience, LAST_EXPORT_MS), undefined, { ref: false })])
    },
  }
}
