import type { RequestListener } from 'node:http'
import express, { type ErrorRequestHandler, type RequestHandler } from 'express'
import { NOT_JSON, readBody } from './body.ts'
import type { Contract } from '../endpoint/contract.ts'
import { directly } from './router.ts'
import { documentationAssets } from '../service/documentation.ts'
import { type Endpoints, sendProblem } from '../endpoint/endpoint.ts'
import type { Failure } from '../endpoint/failure.ts'
import { fieldsOf, HTML_TYPE, send } from '../endpoint/reply.ts'

/** OpenAPI writes `{chat_id}`, Express `:chat_id`. */
const expressPath = (template: string) => template.replaceAll(/\{(\w+)\}/g, ':$1')

/** The files of Swagger UI are sent by their package, which knows nothing of our replies. */
const pageFields: RequestHandler = (_req, res, next) => {
  const fields = fieldsOf(res, HTML_TYPE)
  for (let index = 0; index < fields.length; index += 2) res.setHeader(fields[index] ?? '', fields[index + 1] ?? '')
  next()
}

const allowed = (methods: readonly string[]) =>
  [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')

const otherMethods =
  (methods: readonly string[]): RequestHandler =>
  (req, res) => {
    const allow = allowed(methods)
    if (req.method === 'OPTIONS') send(res, { status: 204, headers: { Allow: allow } })
    else sendProblem(res, { kind: 'MethodNotAllowed', method: req.method, allow })
  }

/** What went wrong before an endpoint could answer, in its terms. */
type ReadError = Error & { readonly status?: number; readonly type?: string; readonly readable?: boolean }

const failureOf = (error: ReadError, method: string): Failure => {
  if (error.status === 413) return { kind: 'ContentTooLarge' }
  if (error.status === 415) return { kind: 'UnsupportedMediaType', method }
  if (error.type === 'entity.parse.failed') return NOT_JSON
  if (error.readable) return { kind: 'Malformed', detail: error.message }
  if (error instanceof URIError) return { kind: 'Malformed', detail: 'The path has a bad escape' }
  if (error.status === 400) return { kind: 'Malformed', detail: 'The request cannot be read' }
  return { kind: 'Defect', cause: error }
}

const lastResort: ErrorRequestHandler = (error: Error, req, res, next) => {
  if (res.headersSent) next(error)
  else sendProblem(res, failureOf(error, req.method))
}

/** Express, assembled from the contract: its paths, its methods, its operations, and nothing beside them. */
export const expressApp = (contract: Contract, endpoints: Endpoints): RequestListener => {
  const app = express()
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple').set('case sensitive routing', true)

  for (const [template, operations] of contract.paths) {
    const route = app.route(expressPath(template))
    for (const { id, method, hasBody } of operations) {
      const handler = endpoints[id] as RequestHandler | undefined
      if (!handler) throw new Error(`no endpoint for operation ${id}`)
      const verb = method.toLowerCase() as 'get'
      if (hasBody) route[verb](readBody, handler)
      else route[verb](handler)
    }
    const methods = operations.map(({ method }) => method)
    route.all(otherMethods(methods))
  }
  app.use('/docs', pageFields, ...documentationAssets)
  app.use((req, res) => {
    for (const name of res.getHeaderNames()) res.removeHeader(name)
    sendProblem(res, { kind: 'PathNotFound', path: req.path })
  })
  app.use(lastResort)
  return app
}

/** Answers every request, observed from its head on. */
export const httpApp = (contract: Contract, endpoints: Endpoints, observe: RequestListener): RequestListener => {
  const answer = directly(contract, endpoints, expressApp(contract, endpoints))
  return (req, res) => {
    observe(req, res)
    answer(req, res)
  }
}
