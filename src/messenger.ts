import { readFileSync } from 'node:fs'
import { type AddressInfo } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from 'pino'
import { openAuthentication } from './authentication.ts'
import type { Authenticator } from './application/ports/authenticator.ts'
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
import type { Tracing } from './tracing.ts'

/** WHATWG HTML, section 9.2.7: "every 15 seconds or so". */
const HEARTBEAT_MS = 15_000

const OPEN =
  'authentication is off: everybody who reaches this server may read, write and delete everything. Keep it to this machine or behind a gateway'

const REPLACED =
  'what was replaced lets in still (AUTH_JWT_SECRET_PREVIOUS, AUTH_ROOT_KEY_PREVIOUS): remove it once nobody shows it any more'

/** A messenger that serves. */
export interface Messenger {
  /** Where everything is served, the path that it is below included. */
  readonly url: string
  /** Answers what is under way, then closes everything. Resolves when nothing is left. */
  readonly stop: () => Promise<void>
}

/** What a messenger is given besides, where it is not as usual. */
export interface ServeOptions {
  /** Tells callers apart, in place of what the configuration says. */
  readonly authenticator?: Authenticator | undefined
  /** What `/metrics` shows, given what this process counts. */
  readonly expose?: ((counted: Registry) => Exposition) | undefined
  /** Whether others serve beside it, for whom somebody else warns. */
  readonly isOneOfMany?: boolean
  /** Traces requests, and is closed with the messenger. */
  readonly tracing?: Tracing | undefined
}

/** Warns whoever reads the log when everybody is let in, or who has a secret that was to be replaced. */
export const warnIfOpen = ({ auth }: Pick<Config, 'auth'>, logger: Logger): void => {
  if (!auth) return logger.warn(OPEN)
  if ((auth.tokens?.secrets.length ?? 0) > 1 || auth.rootKeys.length > 1) logger.warn(REPLACED)
}

/**
 * Serves what the storage holds, and closes the storage when it stops or cannot start. Callers are told apart as the
 * configuration says, or by the authenticator that is given; without either everybody is let in as a service, and the log is
 * warned of it.
 */
export const serve = async (
  storage: Storage,
  config: Config,
  logger: Logger,
  clock: Clock = { now: () => new Date() },
  failures: BackgroundFailures = backgroundFailures(logger),
  { authenticator: given, expose, isOneOfMany = false, tracing }: ServeOptions = {},
): Promise<Messenger> => {
  const authentication = given ? undefined : openAuthentication(config, storage.keys, clock, failures.report)
  const authenticator = given ?? authentication?.authenticator
  const closeStorage = async () => {
    await authentication?.close()
    await storage.close()
  }
  const close = async () => {
    await Promise.all([closeStorage(), tracing?.close(config.SHUTDOWN_TIMEOUT_MS)])
  }
  let draining = false
  const contract = loadContract(readFileSync(new URL('../openapi.yaml', import.meta.url), 'utf8'))
  const streamLimits = {
    streams: config.STREAM_LIMIT,
    stall: config.STREAM_STALL_TIMEOUT_MS,
    heartbeat: HEARTBEAT_MS,
  }
  const container = compose(storage, {
    clock,
    contract,
    logger,
    isDraining: () => draining,
    streamLimits,
    failures,
    authenticator,
    hasConsole: config.CONSOLE === 'on',
    ...(expose && { expose }),
    requestTraces: tracing?.requests,
    basePath: config.BASE_PATH,
    entrance: { hosts: config.ALLOWED_HOSTS, origins: config.CORS_ORIGINS, rateLimit: config.RATE_LIMIT },
  })
  processMetrics(container.get(names.registry))

  const { server, drain } = httpServer(container.get(names.app), {
    headersTimeout: config.HEADERS_TIMEOUT_MS,
    requestTimeout: config.REQUEST_TIMEOUT_MS,
    keepAliveTimeout: config.KEEP_ALIVE_TIMEOUT_MS,
    answerStallTimeout: config.ANSWER_STALL_TIMEOUT_MS,
    basePath: config.BASE_PATH,
  })
  await listenOn(server, config).catch(async (error: unknown) => {
    await close()
    throw error
  })
  if (!given && !isOneOfMany) warnIfOpen(config, logger)

  const host = config.HOST === '0.0.0.0' ? 'localhost' : config.HOST
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}${config.BASE_PATH}`,
    stop: async () => {
      draining = true
      await delay(config.SHUTDOWN_DELAY_MS)
      container.get(names.streams).end()
      await drain(config.SHUTDOWN_TIMEOUT_MS)
      container.get(names.followedChats).close()
      container.get(names.followedSignals).close()
      container.get(names.followedInboxes).close()
      await close()
    },
  }
}
