import { ContainerModule } from 'inversify'
import type { Endpoints } from '../interfaces/http/endpoint/endpoint.ts'
import { observe } from '../interfaces/http/server/access-log.ts'
import { httpApp } from '../interfaces/http/server/app.ts'
import { readBody } from '../interfaces/http/server/body.ts'
import { expressApp } from '../interfaces/http/server/express-app.ts'
import { httpMetrics } from '../interfaces/http/server/metrics.ts'
import { tracedApp, tracedReading, traceFields } from '../interfaces/http/server/request-traces.ts'
import { bindFrom } from './bind-from.ts'
import { names } from './names.ts'

const { app, basePath, contract, endpoints, entrance, logger, registry, requestTraces, roomEndpoints } = names

const gather = (rooms: Endpoints[]): Endpoints => Object.assign({}, ...rooms) as Endpoints

export const serverModule = new ContainerModule(({ bind }) => {
  bind(endpoints).toResolvedValue(gather, [{ serviceIdentifier: roomEndpoints, isMultiple: true }])
  bindFrom(bind, app, { basePath, contract, endpoints, entrance, logger, registry, requestTraces }, (bound) => {
    const { basePath, contract, endpoints, entrance, logger, registry, requestTraces: traces } = bound
    const observed = observe(logger, httpMetrics(registry), basePath, traces && traceFields)
    const read = traces ? tracedReading(readBody) : readBody
    const app = httpApp(contract, endpoints, expressApp(), observed, entrance, read, basePath)
    return traces ? tracedApp(app, traces, basePath) : app
  })
})
