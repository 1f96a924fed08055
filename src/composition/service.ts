import { ContainerModule } from 'inversify'
import { checkReadiness } from '../application/probes/check-readiness.ts'
import { consoleEndpoints, consoleFor } from '../interfaces/http/service/console.ts'
import { documentationEndpoints } from '../interfaces/http/service/documentation.ts'
import { entryEndpoints } from '../interfaces/http/service/entry.ts'
import { probeEndpoints } from '../interfaces/http/service/probes.ts'
import { bindFrom } from './bind-from.ts'
import { names } from './names.ts'

const { authenticator, contract, exposition, hasConsole, health, isDraining, roomEndpoints } = names

export const serviceModule = new ContainerModule(({ bind }) => {
  bindFrom(
    bind,
    roomEndpoints,
    { contract, health, exposition, isDraining },
    ({ contract, health, exposition, isDraining }) =>
      probeEndpoints(contract, checkReadiness(health), exposition, isDraining),
  )
  bindFrom(bind, roomEndpoints, { contract }, ({ contract }) => documentationEndpoints(contract))
  bindFrom(bind, roomEndpoints, { authenticator, contract, hasConsole }, ({ authenticator, contract, hasConsole }) => {
    const served = hasConsole ? consoleFor(authenticator ? 'known' : 'anybody') : undefined
    return { ...entryEndpoints(contract, served), ...consoleEndpoints(contract, served) }
  })
})
