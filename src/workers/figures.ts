import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue, type Registry } from 'prom-client'

/** What one process has counted and measured, as it goes over a channel. */
export type Figures = readonly MetricObjectWithValues<MetricValue<string>>[]

export const figuresOf = (registry: Registry): Promise<Figures> => registry.getMetricsAsJSON()

/**
 * Delays of event loops are those of the worker that is worst off: an average hides one that is stuck, and the others do not
 * answer for it.
 */
const isDelay = ({ name }: Figures[number]) =>
  name.startsWith('nodejs_eventloop_lag_') && name !== 'nodejs_eventloop_lag_min_seconds'

const worst = (figures: Figures): Figures =>
  figures.map((figure) => (isDelay(figure) ? { ...figure, aggregator: 'max' } : figure))

/** Sums, but where a figure says otherwise of itself. */
const together = (many: readonly Figures[]): Registry => AggregatorRegistry.aggregate(many.map(worst))

const isKept = ({ type }: Figures[number]) => String(type) === 'counter' || String(type) === 'histogram'

/** What the primary counts itself, and what it takes of the machine. Nothing waits for its event loop. */
const isOfPrimary = ({ name }: Figures[number]) => !name.startsWith('nodejs_')

/** When the service was started, not each of its workers; left to itself it would be left out. */
const ofPrimary = (figures: Figures): Figures =>
  figures
    .filter(isOfPrimary)
    .map((figure) => (figure.name === 'process_start_time_seconds' ? { ...figure, aggregator: 'first' } : figure))

export interface GatheredFigures {
  /** Of all processes together, those that have died included: no counter goes back because its worker is gone. */
  readonly exposition: (primary: Figures) => Promise<string>
  /** A worker's own, in place of its earlier ones. */
  readonly keep: (worker: number, figures: Figures) => void
  /** Keeps what a dead worker has counted, as far as it was told, and forgets what it had: memory, streams, connections. */
  readonly bury: (worker: number) => void
}

export const gatheredFigures = (): GatheredFigures => {
  const latest = new Map<number, Figures>()
  /** Of all who have died. A worker goes from one to the other in one step, and is counted once at any time. */
  let bygone: Promise<Figures> = Promise.resolve([])

  return {
    exposition: async (primary) => {
      const living = [...latest.values()]
      return together([ofPrimary(primary), await bygone, ...living]).metrics()
    },
    keep: (worker, figures) => void latest.set(worker, figures),
    bury: (worker) => {
      const last = latest.get(worker)
      latest.delete(worker)
      if (!last) return
      const before = bygone
      bygone = (async () => figuresOf(together([await before, last.filter(isKept)])))()
    },
  }
}
