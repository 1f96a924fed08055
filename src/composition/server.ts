import { ContainerModule } from 'inversify'
import type { Endpoints } from '../interfaces/http/endpoint/endpoint.ts'
import { observe } from '../interfaces/http/server/access-log.ts'
import { httpApp } from '../interfaces/http/server/app.ts'
import { expressApp } from '../interfaces/http/server/express-app.ts'
import { httpMetrics } from '../interfaces/http/server/metrics.ts'
import { bindFrom } from './bind-from.ts'
import { names } from './names.ts'

const { app, basePath, contract, endpoints, entrance, logger, registry, roomEndpoints } = names

const gather = (rooms: Endpoints[]): Endpoints => Object.assign({}, ...rooms) as Endpoints

export const serverModule = new ContainerModule(({ bind }) => {
  bind(endpoints).toResolvedValue(gather, [{ serviceIdentifier: roomEndpoints, isMultiple: true }])
  bindFrom(bind, app, { basePath, contract, endpoints, entrance, logger, registry }, (bound) => {
    const { basePath, contract, endpoints, entrance, logger, registry } = bound
    const observer = observe(logger, httpMetrics(registry), basePath)
    return httpApp(contract, endpoints, expressApp(), observer, entrance, basePath)
  })
})
