import type { Logger } from 'pino'
import { Counter, Gauge, Registry } from 'prom-client'
import type { Config } from '../config.ts'
import type { BackgroundFailures } from '../interfaces/http/server/background-failures.ts'
import { processMetrics } from '../interfaces/http/server/metrics.ts'
import { type Messenger, warnIfOpen } from '../messenger.ts'
import { prepareForOthers, type Whereabouts } from '../storage.ts'
import { expositions } from './expositions.ts'
import { keepWorkers } from './keep-workers.ts'
import type { Assignment, FromWorker } from './messages.ts'
import { shareOf } from './share.ts'
import type { WorkerProcess } from './worker-process.ts'

/** Milliseconds that a worker has to close everything once its last request was answered or cut. */
const CLOSING_MS = 5000

const assignmentsOf = (config: Config, { connection, settings }: Whereabouts): readonly Assignment[] =>
  Array.from({ length: config.WORKERS }, (_, index) => ({
    config: { ...config, STREAM_LIMIT: shareOf(config.STREAM_LIMIT, config.WORKERS, index) },
    database: { connection, settings },
  }))

/** What this process counts, which serves nobody itself. */
const metricsOf = (failures: BackgroundFailures, running: () => readonly WorkerProcess[]) => {
  const registry = new Registry()
  processMetrics(registry)
  failures.measure(registry)
  new Gauge({
    name: 'workers_serving',
    help: 'Worker processes that serve.',
    registers: [registry],
    collect() {
      this.set(running().filter(({ isServing }) => isServing()).length)
    },
  })
  const deaths = new Counter({
    name: 'worker_deaths_total',
    help: 'Worker processes that ended unasked. Others take their places.',
    registers: [registry],
  })
  return { registry, deaths }
}

/**
 * Serves by several processes, which share the port of the configuration and one database. This one, the primary, owns what
 * there is once: the embedded PostgreSQL, migrations, signals, and the sum of all figures. Workers end when it does, however.
 */
export const serveByWorkers = async (
  config: Config,
  logger: Logger,
  failures: BackgroundFailures,
  onLost: (error: Error) => void,
): Promise<Messenger> => {
  warnIfOpen(config, logger)
  const database = await prepareForOthers(config, (line) => logger.info(line), failures.report, onLost)
  const { registry, deaths } = metricsOf(failures, () => workers.running())
  const { expose, heard, bury } = expositions(registry, () => workers.running())

  const hear = (worker: WorkerProcess, message: FromWorker) => {
    if (message.kind === 'figures') heard(worker, message)
    if (message.kind !== 'expose') return
    const { question } = message
    expose().then(
      (text) => worker.tell({ kind: 'exposition', question, text }),
      (error: unknown) => {
        failures.report('other', error)
        worker.tell({ kind: 'exposition', question })
      },
    )
  }

  const workers = keepWorkers({
    assignments: assignmentsOf(config, database),
    hear,
    onEnd: (worker, isDeath) => {
      bury(worker)
      if (isDeath) deaths.inc()
    },
    logger,
    patience: config.SHUTDOWN_DELAY_MS + config.SHUTDOWN_TIMEOUT_MS + CLOSING_MS,
  })

  try {
    return {
      url: await workers.serving,
      stop: async () => {
        try {
          await workers.stop()
        } finally {
          await database.close()
        }
      },
    }
  } catch (error) {
    await workers.kill()
    await database.close()
    throw error
  }
}
