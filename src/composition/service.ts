import { ContainerModule } from 'inversify'
import { checkReadiness } from '../application/probes/check-readiness.ts'
import { loadMetrics } from '../interfaces/http/server/load-metrics.ts'
import { consoleEndpoints, consoleFor } from '../interfaces/http/service/console.ts'
import { documentationEndpoints } from '../interfaces/http/service/documentation.ts'
import { entryEndpoints } from '../interfaces/http/service/entry.ts'
import { probeEndpoints } from '../interfaces/http/service/probes.ts'
import { readinessMetric } from '../interfaces/http/service/readiness-metric.ts'
import { bindFrom } from './bind-from.ts'
import { names } from './names.ts'

const { authenticator, basePath, contract, exposition, hasConsole, health, isDraining, load, registry, roomEndpoints } =
  names

export const serviceModule = new ContainerModule(({ bind }) => {
  bindFrom(
    bind,
    roomEndpoints,
    { contract, health, load, exposition, isDraining, registry },
    ({ contract, health, load, exposition, isDraining, registry }) => {
      // Before readiness, whose questions to the database would else be seen in what they disturb.
      if (load) loadMetrics(registry, load)
      const check = checkReadiness(health)
      readinessMetric(registry, check, isDraining)
      return probeEndpoints(contract, check, exposition, isDraining)
    },
  )
  bindFrom(bind, roomEndpoints, { contract, basePath }, ({ contract, basePath }) =>
    documentationEndpoints(contract, basePath),
  )
  bindFrom(
    bind,
    roomEndpoints,
    { authenticator, basePath, contract, hasConsole },
    ({ authenticator, basePath, contract, hasConsole }) => {
      const served = hasConsole ? consoleFor(authenticator ? 'known' : 'anybody') : undefined
      return { ...entryEndpoints(contract, basePath, served), ...consoleEndpoints(contract, basePath, served) }
    },
  )
})
