import type { Registry } from 'prom-client'
import { type Figures, figuresOf, gatheredFigures } from './figures.ts'
import type { FromWorker } from './messages.ts'
import type { WorkerProcess } from './worker-process.ts'

/** Milliseconds after which a worker that does not tell its figures counts with those that it told last. */
const PATIENCE_MS = 1000

interface Expositions {
  /** What all processes have counted and measured, in the format of Prometheus. */
  readonly expose: () => Promise<string>
  readonly heard: (worker: WorkerProcess, told: FromWorker & { kind: 'figures' }) => void
  readonly bury: (worker: WorkerProcess) => void
}

/**
 * Asks every worker that serves. prom-client could ask, too (`clusterMetrics`), but it forgets who has died, so that counters
 * would go back, answers nobody while one worker is silent, and leaves the primary out. Putting figures together is its work.
 */
export const expositions = (own: Registry, running: () => readonly WorkerProcess[]): Expositions => {
  const gathered = gatheredFigures()
  const asked = new Map<number, () => void>()
  let questions = 0

  const ask = ({ tell }: WorkerProcess) =>
    new Promise<void>((resolve) => {
      const question = ++questions
      const settle = () => {
        clearTimeout(timer)
        asked.delete(question)
        resolve()
      }
      const timer = setTimeout(settle, PATIENCE_MS)
      asked.set(question, settle)
      tell({ kind: 'count', question })
    })

  return {
    expose: async () => {
      await Promise.all(
        running()
          .filter(({ isServing }) => isServing())
          .map(ask),
      )
      const counted: Figures = await figuresOf(own)
      return gathered.exposition(counted)
    },
    heard: ({ id }, { question, figures }) => {
      gathered.keep(id, figures)
      asked.get(question)?.()
    },
    bury: ({ id }) => gathered.bury(id),
  }
}
