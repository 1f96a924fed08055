import type { Sample } from './samples.ts'

/** Whose work it is, by what its frames are called; the first that fits. */
const WHOSE: readonly (readonly [kind: string, symbol: RegExp])[] = [
  ['the collector, of the young', /Scaveng|Heap::EvacuateYoung|YoungGeneration/],
  ['the collector, of the old', /Heap::CollectGarbage|MarkCompact|Sweep|ConcurrentMark|IncrementalMark|GCTracer/],
  ['the compiler', /v8::internal::compiler|Turbofan|Maglev|Sparkplug|OptimizingCompile|Compiler::Compile|Deoptimiz/],
]

/** The same by the file that the nearest of our frames is from. */
const OF_FILE: readonly (readonly [kind: string, file: RegExp])[] = [
  ['PostgreSQL driver', /node_modules\/pg/],
  [
    'log and metrics',
    /node_modules\/(?:pino|prom-client|sonic-boom)|src\/(?:log-output|service-log|terminal)|access-log|server\/metrics/,
  ],
  ['validation', /node_modules\/(?:ajv|io-ts|fp-ts)|\/codecs\/|request-checks/],
  ['endpoints and answers', /src\/interfaces/],
  ['statements and their rows', /src\/infrastructure/],
  ['decisions', /src\/(?:application|domain)/],
  [
    'HTTP of Node',
    /node:(?:_http|http|net|internal\/(?:http|stream|streams|net)|_stream|stream|events|internal\/stream_base)/,
  ],
]

const KERNEL = /kernel|\[unknown\]|vdso/

/** What the processor was at work for. */
export const kindOf = (sample: Sample): string => {
  for (const [kind, symbol] of WHOSE) if (sample.some((frame) => symbol.test(frame.symbol))) return kind
  if (KERNEL.test(sample[0]?.file ?? '')) return 'the system: sockets, waiting'
  for (const { symbol } of sample) {
    const found = OF_FILE.find(([, file]) => file.test(symbol))
    if (found) return found[0]
  }
  return 'the rest of Node'
}

/** The share of each kind, the greatest first. */
export const sharesOf = (samples: readonly Sample[]): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  for (const sample of samples) {
    const kind = kindOf(sample)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  return new Map(
    [...counts].map(([kind, count]) => [kind, count / samples.length] as const).sort(([, a], [, b]) => b - a),
  )
}
