import { ContainerModule } from 'inversify'
import { checkReadiness } from '../application/probes/check-readiness.ts'
import { documentationEndpoints } from '../interfaces/http/service/documentation.ts'
import { entryEndpoints } from '../interfaces/http/service/entry.ts'
import { probeEndpoints } from '../interfaces/http/service/probes.ts'
import { bindFrom } from './bind-from.ts'
import { names } from './names.ts'

const { basePath, contract, exposition, health, isDraining, roomEndpoints } = names

export const serviceModule = new ContainerModule(({ bind }) => {
  bindFrom(
    bind,
    roomEndpoints,
    { contract, health, exposition, isDraining },
    ({ contract, health, exposition, isDraining }) =>
      probeEndpoints(contract, checkReadiness(health), exposition, isDraining),
  )
  bindFrom(bind, roomEndpoints, { contract, basePath }, ({ contract, basePath }) =>
    documentationEndpoints(contract, basePath),
  )
  bindFrom(bind, roomEndpoints, { contract, basePath }, ({ contract, basePath }) => entryEndpoints(contract, basePath))
})
