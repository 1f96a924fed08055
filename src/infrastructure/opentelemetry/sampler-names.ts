/** As `OTEL_TRACES_SAMPLER` names those that the SDK brings. Apart from it, so that the names can be read without it. */
export const SAMPLERS = [
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
  'always_on',
  'always_off',
  'traceidratio',
] as const

export type SamplerName = (typeof SAMPLERS)[number]
