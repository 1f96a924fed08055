import { readFileSync } from 'node:fs'
import { type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { Registry } from 'prom-client'
import type { Clock } from './application/ports/clock.ts'
import type { Storage } from './composition/storage.ts'
import type { Config } from './config.ts'
import { compose, names } from './container.ts'
import { loadContract } from './interfaces/http/endpoint/contract.ts'
import { type BackgroundFailures, backgroundFailures } from './interfaces/http/server/background-failures.ts'
import { processMetrics } from './interfaces/http/server/metrics.ts'
import { httpServer } from './interfaces/http/server/server.ts'
import type { Exposition } from './interfaces/http/service/probes.ts'
import { listenOn } from './listening.ts'

/** WHATWG HTML, section 9.2.7: "every 15 seconds or so". */
const HEARTBEAT_MS = 15_000

/** A messenger that serves. */
export interface Messenger {
  readonly url: string
  /** Answers what is under way, then closes everything. Resolves when nothing is left. */
  readonly stop: () => Promise<void>
}

/** Serves what the storage holds, and closes the storage when it stops or cannot start. */
export const serve = async (
  storage: Storage,
  config: Config,
  logger: Logger,
  clock: Clock = { now: () => new Date() },
  failures: BackgroundFailures = backgroundFailures(logger),
  expose: (counted: Registry) => Exposition = (counted) => counted,
): Promise<Messenger> => {
  let draining = false
  const contract = loadContract(readFileSync(new URL('../openapi.yaml', import.meta.url), 'utf8'))
  const streamLimits = {
    streams: config.STREAM_LIMIT,
    stall: config.STREAM_STALL_TIMEOUT_MS,
    heartbeat: HEARTBEAT_MS,
  }
  const isDraining = () => draining
  const container = compose(storage, { clock, contract, logger, isDraining, streamLimits, failures, expose })
  processMetrics(container.get(names.registry))

  const { server, drain } = httpServer(container.get(names.app), {
    headersTimeout: config.HEADERS_TIMEOUT_MS,
    requestTimeout: config.REQUEST_TIMEOUT_MS,
    keepAliveTimeout: config.KEEP_ALIVE_TIMEOUT_MS,
    answerStallTimeout: config.ANSWER_STALL_TIMEOUT_MS,
  })
  await listenOn(server, config).catch(async (error: unknown) => {
    await storage.close()
    throw error
  })

  return {
    url: `http://${config.HOST === '0.0.0.0' ? 'localhost' : config.HOST}:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      draining = true
      await delay(config.SHUTDOWN_DELAY_MS)
      container.get(names.streams).end()
      await drain(config.SHUTDOWN_TIMEOUT_MS)
      container.get(names.followedChats).close()
      await storage.close()
    },
  }
}
