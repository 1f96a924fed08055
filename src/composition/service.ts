import { ContainerModule } from 'inversify'
import { checkReadiness } from '../application/probes/check-readiness.ts'
import { documentationEndpoints } from '../interfaces/http/service/documentation.ts'
import { entryEndpoints } from '../interfaces/http/service/entry.ts'
import { probeEndpoints } from '../interfaces/http/service/probes.ts'
import { bindFrom } from './bind-from.ts'
import { names } from './names.ts'

const { contract, health, isDraining, registry, roomEndpoints } = names

export const serviceModule = new ContainerModule(({ bind }) => {
  bindFrom(
    bind,
    roomEndpoints,
    { contract, health, registry, isDraining },
    ({ contract, health, registry, isDraining }) =>
      probeEndpoints(contract, checkReadiness(health), registry, isDraining),
  )
  bindFrom(bind, roomEndpoints, { contract }, ({ contract }) => documentationEndpoints(contract))
  bindFrom(bind, roomEndpoints, { contract }, ({ contract }) => entryEndpoints(contract))
})
