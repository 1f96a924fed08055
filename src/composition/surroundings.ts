import { ContainerModule } from 'inversify'
import type { Logger } from 'pino'
import { Registry } from 'prom-client'
import type { Authenticator } from '../application/ports/authenticator.ts'
import type { Clock } from '../application/ports/clock.ts'
import type { EntranceSettings } from '../interfaces/http/callers/entrance.ts'
import type { Contract } from '../interfaces/http/endpoint/contract.ts'
import type { StreamLimits } from '../interfaces/http/events/event-streams.ts'
import type { BackgroundFailures } from '../interfaces/http/server/background-failures.ts'
import type { RequestTraces } from '../interfaces/http/server/request-traces.ts'
import type { Exposition, IsDraining } from '../interfaces/http/service/probes.ts'
import { names } from './names.ts'

/** What the service is given by the process that it runs in. */
export interface Surroundings {
  readonly clock: Clock
  readonly contract: Contract
  readonly logger: Logger
  readonly isDraining: IsDraining
  readonly streamLimits: StreamLimits
  readonly failures: BackgroundFailures
  /** None: everybody is let in as a service. */
  readonly authenticator?: Authenticator | undefined
  /** None: under any name of the server, for pages of its own origin alone, without limits. */
  readonly entrance?: EntranceSettings
  /** What everything is served below; without it, nothing. */
  readonly basePath?: string
  /** Whether browsers are shown the console at `/`. */
  readonly hasConsole?: boolean
  /** What `/metrics` shows, given what this process counts; without it, just that. */
  readonly expose?: (counted: Registry) => Exposition
  /** None: nobody traces. */
  readonly requestTraces?: RequestTraces | undefined
}

export const surroundingsModule = (surroundings: Surroundings) =>
  new ContainerModule(({ bind }) => {
    const {
      clock,
      contract,
      logger,
      isDraining,
      streamLimits,
      failures,
      authenticator,
      entrance = {},
      basePath = '',
      hasConsole = false,
      expose,
      requestTraces,
    } = surroundings
    const registry = new Registry()
    failures.measure(registry)
    bind(names.clock).toConstantValue(clock)
    bind(names.contract).toConstantValue(contract)
    bind(names.logger).toConstantValue(logger)
    bind(names.isDraining).toConstantValue(isDraining)
    bind(names.streamLimits).toConstantValue(streamLimits)
    bind(names.failures).toConstantValue(failures)
    bind(names.authenticator).toConstantValue(authenticator)
    bind(names.entranceSettings).toConstantValue(entrance)
    bind(names.requestTraces).toConstantValue(requestTraces)
    bind(names.basePath).toConstantValue(basePath)
    bind(names.hasConsole).toConstantValue(hasConsole)
    bind(names.registry).toConstantValue(registry)
    bind(names.exposition).toConstantValue(expose ? expose(registry) : registry)
  })
