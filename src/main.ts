import * as E from 'fp-ts/lib/Either.js'
import { readConfig } from './config.ts'
import { tuneEngine } from './engine.ts'
import { checkListening } from './listening.ts'
import { serve } from './messenger.ts'
import { openLog } from './service-log.ts'
import { logStartFailure } from './start-failure.ts'
import { openStorage } from './storage.ts'
import { openTracing } from './tracing.ts'

/** Exit status of a wrong configuration (EX_CONFIG of sysexits.h). */
const EX_CONFIG = 78

/** Exit status when the embedded PostgreSQL has died for good (EX_UNAVAILABLE of sysexits.h): whoever supervises may try again. */
const EX_UNAVAILABLE = 69

tuneEngine()

const config = readConfig(process.env)
if (E.isLeft(config)) {
  for (const error of config.left) console.error(error)
  process.exit(EX_CONFIG)
}

const { logger, failures } = await openLog(config.right)

let stopping = false
let stop = async () => {}
const onSignal = (signal: string) => {
  if (stopping) process.exit(1)
  stopping = true
  logger.info(`${signal}: finishing what is under way; a second signal stops at once`)
  void started
    .then(() => stop())
    .then(
      () => process.exit(0),
      (error: unknown) => {
        logger.fatal(error, 'could not stop in order')
        process.exit(1)
      },
    )
}
process.on('SIGTERM', onSignal).on('SIGINT', onSignal)

const giveUp = (error: Error) => {
  logger.fatal(`the embedded PostgreSQL could not be started again, and the service ends: ${error.message}`)
  process.exit(EX_UNAVAILABLE)
}

const start = async () => {
  // Before a database is started, which takes longer.
  const port = await checkListening(config.right)
  if (config.right.WORKERS > 1) {
    const { serveByWorkers } = await import('./workers/serve-by-workers.ts')
    return serveByWorkers({ ...config.right, PORT: port }, logger, failures, giveUp)
  }
  const tracing = await openTracing(config.right, logger)
  const log = (line: string) => logger.info(line)
  const storage = await openStorage(config.right, log, failures.report, giveUp, tracing?.statements)
  return serve(storage, config.right, logger, undefined, failures, { tracing })
}

const started = start().then(
  (messenger) => {
    stop = messenger.stop
    logger.info(`listening on ${messenger.url}, Swagger UI at ${messenger.url}/docs`)
  },
  (error: unknown) => {
    // Ctrl-C reaches the whole process group: what was being started may have ended of it.
    if (stopping) {
      logger.warn(error, 'stopped before it had started')
      process.exit(0)
    }
    logStartFailure(logger, error)
    process.exit(1)
  },
)
