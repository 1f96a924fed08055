import type { Logger } from 'pino'
import { Counter, type Registry } from 'prom-client'
import { BACKGROUND_WORK, type ReportFailure } from '../../../application/ports/background.ts'

export interface BackgroundFailures {
  readonly report: ReportFailure
  readonly measure: (registry: Registry) => void
}

/** Milliseconds without a failure of a kind after which it counts as overcome. Work that fails is tried every few seconds. */
const OVERCOME_MS = 60_000

/** More kinds than there can be by design: a defect that makes up kinds shall not fill the memory. */
const MOST_KINDS = 100

/** By code, as SQLSTATE or `ECONNREFUSED`; without one by words, in which numbers make no difference. */
const kindOf = (failure: unknown): string => {
  const { code, name, message } = (failure ?? {}) as Readonly<Record<string, unknown>>
  if (typeof code === 'string') return code
  return `${String(name)} ${String(message).slice(0, 100).replaceAll(/\d+/g, '0')}`
}

/** Counts every failure, and logs each kind once until it is overcome: work that is tried every second fails as often. */
export const backgroundFailures = (
  logger: Pick<Logger, 'error'>,
  now: () => number = () => performance.now(),
): BackgroundFailures => {
  const counter = new Counter({
    name: 'background_failures_total',
    help: 'Failures of work that nobody waits for. It is tried again.',
    labelNames: ['work'],
    registers: [],
  })
  for (const work of BACKGROUND_WORK) counter.inc({ work }, 0)
  const lastFailures = new Map<string, number>()

  const isNew = (kind: string): boolean => {
    const [last, at] = [lastFailures.get(kind), now()]
    if (last === undefined && lastFailures.size >= MOST_KINDS) lastFailures.clear()
    lastFailures.set(kind, at)
    return last === undefined || at - last > OVERCOME_MS
  }

  return {
    report: (work, failure) => {
      try {
        counter.inc({ work })
        if (isNew(`${work} ${kindOf(failure)}`))
          logger.error({ work, err: failure }, 'background work failed, and is tried again')
      } catch {
        // Nothing in the background may end the process, be it the report of a failure.
      }
    },
    measure: (registry) => registry.registerMetric(counter),
  }
}
