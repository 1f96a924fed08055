import type { Registry } from 'prom-client'
import { tuneEngine } from '../engine.ts'
import type { Exposition } from '../interfaces/http/service/probes.ts'
import { PIPE_BYTES } from '../log-output.ts'
import { type Messenger, serve } from '../messenger.ts'
import { openLog } from '../service-log.ts'
import { startFailure } from '../start-failure.ts'
import { openPrepared } from '../storage.ts'
import { openTracing } from '../tracing.ts'
import { figuresOf } from './figures.ts'
import type { Assignment, FromWorker, ToWorker } from './messages.ts'

/**
 * One of several processes that serve together. It does what the primary tells it over their channel, and ends when that is
 * closed: `node:cluster` sees to it.
 */

// A terminal's Ctrl-C reaches the whole process group, as does a supervisor's SIGTERM. When to stop the primary says.
process.on('SIGTERM', () => {}).on('SIGINT', () => {})

tuneEngine()

/** Nobody hears it any more when the primary is gone; this process ends of that. */
const tell = (message: FromWorker, then: () => void = () => {}) => void process.send?.(message, undefined, {}, then)

let counted: Registry | undefined
const expositions = new Map<number, (text?: string) => void>()
let questions = 0

/** Of all workers: whoever is asked asks the primary, who asks everybody. */
const expose = (registry: Registry): Exposition => {
  counted = registry
  return {
    contentType: registry.contentType,
    metrics: () =>
      new Promise((resolve, reject) => {
        const question = ++questions
        expositions.set(question, (text) =>
          text === undefined ? reject(new Error('the primary has no figures')) : resolve(text),
        )
        tell({ kind: 'expose', question })
      }),
  }
}

const begin = async ({ config, database }: Assignment): Promise<Messenger> => {
  const { logger, failures } = await openLog(config, PIPE_BYTES)
  const tracing = await openTracing(config, logger)
  const storage = openPrepared(database, (line) => logger.info(line), failures.report, tracing?.statements)
  const messenger = await serve(storage, config, logger, undefined, failures, { expose, isOneOfMany: true, tracing })
  const stop = () =>
    messenger.stop().catch((error: unknown) => {
      logger.fatal(error, 'could not stop in order')
      throw error
    })
  return { ...messenger, stop }
}

const end = (code: number) => () => process.exit(code)

let started: Promise<Messenger> | undefined

process.on('message', (message: ToWorker) => {
  switch (message.kind) {
    case 'begin':
      started = begin(message.assignment)
      started.then(
        ({ url }) => tell({ kind: 'serving', url }),
        (error: unknown) => tell({ kind: 'failed', sentence: startFailure(error) }, end(1)),
      )
      return
    case 'stop':
      void started?.then(({ stop }) => stop()).then(end(0), end(1))
      return
    case 'count': {
      const { question } = message
      if (counted) void figuresOf(counted).then((figures) => tell({ kind: 'figures', question, figures }))
      return
    }
    case 'exposition':
      expositions.get(message.question)?.(message.text)
      expositions.delete(message.question)
  }
})
