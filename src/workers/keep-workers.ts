import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Assignment, FromWorker } from './messages.ts'
import { pauseBeforeRestart } from './restart-pause.ts'
import { startWorker, type WorkerProcess } from './worker-process.ts'

interface Keeping {
  /** Of each place, what is told to whoever takes it. */
  readonly assignments: readonly Assignment[]
  readonly hear: (worker: WorkerProcess, message: FromWorker) => void
  /** Is told of each worker that has ended, and whether nobody had asked it to. */
  readonly onEnd: (worker: WorkerProcess, isDeath: boolean) => void
  readonly logger: Pick<Logger, 'info' | 'error'>
  /** Milliseconds that workers have to stop, after which they are killed. */
  readonly patience: number
}

interface Workers {
  /** Where they serve, once all of them do. Rejects when one cannot; the others are there until they are killed. */
  readonly serving: Promise<string>
  readonly running: () => readonly WorkerProcess[]
  /** Each answers what is under way, and ends. Rejects, when all have ended, if one of them did so otherwise. */
  readonly stop: () => Promise<void>
  /** Ends them at once. */
  readonly kill: () => Promise<void>
}

const hasServed = ({ serving }: WorkerProcess) =>
  serving.then(
    () => true,
    () => false,
  )

/**
 * Keeps a worker in each place. A place is `beginning` until its worker says that it serves, then `serving`. When the worker
 * ends it is `pausing`, the longer the more often that has happened of late, and then `beginning` with another. It is given up
 * when its very first worker ends before it serves: what keeps that one from serving would keep any, and the start has failed.
 * `stop` and `kill` are the end of any of these.
 */
export const keepWorkers = ({ assignments, hear, onEnd, logger, patience }: Keeping): Workers => {
  const running = new Set<WorkerProcess>()
  const stopping = new AbortController()
  const { signal } = stopping

  const begin = (assignment: Assignment) => {
    const worker = startWorker(assignment, (message) => hear(worker, message))
    running.add(worker)
    worker.serving.then(
      () => logger.info(`worker ${worker.pid} serves`),
      () => {},
    )
    return worker
  }

  /** Resolves when nobody is in the place any more, with what was not in order then. */
  const keep = async (assignment: Assignment, first: WorkerProcess): Promise<string | undefined> => {
    const deaths: number[] = []
    for (let worker = first; ; worker = begin(assignment)) {
      const { how, inOrder } = await worker.ended
      running.delete(worker)
      onEnd(worker, !signal.aborted)
      if (signal.aborted) return inOrder ? undefined : `worker ${worker.pid} ${how}`
      if (worker === first && !(await hasServed(first))) return undefined
      logger.error(`worker ${worker.pid} ${how}, and another takes its place`)
      const pause = pauseBeforeRestart(deaths, Date.now())
      deaths.push(Date.now())
      const isDue = await delay(pause, true, { signal }).catch(() => false)
      if (!isDue) return undefined
    }
  }

  const firsts = assignments.map((assignment) => ({ assignment, worker: begin(assignment) }))
  const kept = Promise.all(firsts.map(({ assignment, worker }) => keep(assignment, worker)))
  const killAll = () => {
    for (const { kill } of running) kill()
  }

  return {
    serving: Promise.all(firsts.map(({ worker }) => worker.serving)).then(([url = '']) => url),
    running: () => [...running],
    stop: async () => {
      stopping.abort()
      for (const { tell } of running) tell({ kind: 'stop' })
      const timer = setTimeout(killAll, patience)
      const disorder = (await kept).filter((what) => what !== undefined)
      clearTimeout(timer)
      if (disorder.length > 0) throw new Error(`while the workers stopped: ${disorder.join(', ')}`)
    },
    kill: async () => {
      stopping.abort()
      killAll()
      await kept
    },
  }
}
