import type * as t from 'io-ts'
import { type SamplerName, SAMPLERS } from '../infrastructure/opentelemetry/sampler-names.ts'
import { text, variable } from './variable.ts'

const endpoint = variable<string | undefined>(
  'Endpoint',
  undefined,
  (text) => (/^https?:\/\//.test(text) && URL.canParse(text) ? text : undefined),
  'must be a URL that begins with http:// or https://',
)

/**
 * Those of OpenTelemetry's standard variables that the service reads by itself; the SDK reads others. They are often set for all
 * that runs on a machine: but for the endpoints, what they say is looked at only when there are traces.
 */
export const tracesVariables = {
  OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: endpoint,
  OTEL_EXPORTER_OTLP_PROTOCOL: text('http/json'),
  OTEL_TRACES_SAMPLER: text('parentbased_always_on'),
  OTEL_TRACES_SAMPLER_ARG: text('1'),
  OTEL_SDK_DISABLED: text('false'),
}

type TracesVariables = t.TypeOf<t.TypeC<typeof tracesVariables>>

/** Where traces go, and which. */
export interface Traces {
  /** Of the collector, its path included. */
  readonly url: string
  readonly sampler: SamplerName
  /** From 0 to 1, for the samplers that go by it. */
  readonly ratio: number
}

const isOff = ({ OTEL_SDK_DISABLED }: TracesVariables) => OTEL_SDK_DISABLED.toLowerCase() === 'true'

const urlOf = ({ OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own }: TracesVariables) =>
  own ?? (base === undefined ? undefined : `${base.replace(/\/$/, '')}/v1/traces`)

const samplerNamed = (name: string) => SAMPLERS.find((sampler) => sampler === name)

const ratioIn = (text: string) => (/^(0?\.\d+|[01](\.0*)?)$/.test(text) ? Number(text) : undefined)

/** What is wrong with the variables, when there are traces. */
export const tracesContradictions = (variables: TracesVariables): readonly string[] => {
  if (urlOf(variables) === undefined || isOff(variables)) return []
  const { OTEL_EXPORTER_OTLP_PROTOCOL, OTEL_TRACES_SAMPLER, OTEL_TRACES_SAMPLER_ARG } = variables
  const rules: readonly (readonly [boolean, string])[] = [
    [
      OTEL_EXPORTER_OTLP_PROTOCOL !== 'http/json',
      'OTEL_EXPORTER_OTLP_PROTOCOL must be http/json, the one that is spoken here: correct it, and the port of the endpoint',
    ],
    [samplerNamed(OTEL_TRACES_SAMPLER) === undefined, `OTEL_TRACES_SAMPLER must be one of ${SAMPLERS.join(', ')}`],
    [ratioIn(OTEL_TRACES_SAMPLER_ARG) === undefined, 'OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1'],
  ]
  return rules.flatMap(([holds, sentence]) => (holds ? [sentence] : []))
}

/** Nothing, unless somebody said where traces go. */
export const tracesOf = (variables: TracesVariables): Traces | undefined => {
  const url = urlOf(variables)
  const sampler = samplerNamed(variables.OTEL_TRACES_SAMPLER)
  const ratio = ratioIn(variables.OTEL_TRACES_SAMPLER_ARG)
  if (url === undefined || isOff(variables) || sampler === undefined || ratio === undefined) return undefined
  return { url, sampler, ratio }
}
